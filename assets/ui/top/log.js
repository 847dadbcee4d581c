/** The log dialog: the tail of the worker's log, refreshed while open, and a bug report to copy. */
/** @import { LogAnswer } from "payloads" */
import { state } from "../app/store.js";
import { call } from "../app/session.js";
import { el, makeButton, setText, whenClosed } from "../kit/dom.js";
import { toast } from "../kit/toast.js";

const REFRESH_INTERVAL = 2000; // ms
/** @type {ReturnType<typeof build>} made when it is opened first */
let parts;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let report = "";

export const logOpen = () => Boolean(parts?.dialog.open);
export const closeLog = () => parts?.dialog.close();

export function openLog() {
  parts ??= build();
  if (parts.dialog.open) return;
  parts.dialog.showModal();
  load({ toEnd: true });
}

function build() {
  const made = {
    dialog: el("dialog", { class: "studio log", "aria-labelledby": "log-title" }),
    facts: el("dl", { class: "log-facts" }),
    lines: el("pre", {
      class: "log-lines scroll",
      tabindex: "0",
      role: "log",
      "aria-live": "off",
      "aria-label": "The last lines of the log",
    }),
    copy: makeButton({ disabled: true, data: { action: "copy-report" } }, copy, "Copy for a bug report"),
  };
  const close = makeButton({ autofocus: true }, () => made.dialog.close(), "Close");
  made.dialog.append(
    el(
      "div",
      { class: "card-head" },
      el("h2", { id: "log-title" }, "Log"),
      el("div", { class: "log-buttons" }, made.copy, close),
    ),
    made.facts,
    made.lines,
    el(
      "p",
      { class: "log-note" },
      "The report contains this log and the settings of the project. " +
        "Folder names are shortened; passwords and tokens are left out.",
    ),
  );
  whenClosed(made.dialog, () => clearTimeout(timer));
  made.dialog.addEventListener("click", (event) => event.target === made.dialog && made.dialog.close());
  document.body.append(made.dialog);
  return made;
}

async function load({ toEnd = false } = {}) {
  clearTimeout(timer);
  const answer = await call("top", "log", { project: state.projectId });
  if (!parts.dialog.open) return;
  if (answer) show(answer, toEnd);
  timer = setTimeout(load, REFRESH_INTERVAL);
}

/**
 * @param {LogAnswer} answer
 * @param {boolean} toEnd
 */
function show(answer, toEnd) {
  const { lines, facts, copy: button } = parts;
  report = answer.text;
  button.disabled = false;
  if (facts.dataset.signature !== JSON.stringify(answer.facts)) {
    facts.dataset.signature = JSON.stringify(answer.facts);
    facts.replaceChildren(
      ...answer.facts.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]),
    );
  }
  const atEnd = toEnd || lines.scrollTop + lines.clientHeight >= lines.scrollHeight - 4;
  const other = answer.output.length ? ["", "Other output", ...answer.output] : [];
  const own = answer.page.length ? ["", "The page's own log", ...answer.page] : [];
  setText(lines, [...answer.lines, ...other, ...own].join("\n") || "The log is empty.");
  if (atEnd) lines.scrollTop = lines.scrollHeight;
}

async function copy() {
  if (await copyText(report)) toast("Copied: paste it into your report.");
  else toast("The browser does not let the page copy: select the lines and press Ctrl+C.", "error");
}

/**
 * Copy to the clipboard. The clipboard API exists only in secure contexts; elsewhere use `execCommand`.
 * @param {string} text
 */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    /* fall through to execCommand */
  }
  const area = el("textarea", { class: "log-copy", "aria-hidden": "true" });
  area.value = text;
  parts.dialog.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}
