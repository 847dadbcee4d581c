/** The log dialog: the tail of the worker's log, refreshed while open, and a bug report to copy. */
/** @import { LogAnswer } from "payloads" */
import { state } from "../app/store.js";
import { call } from "../app/session.js";
import { el, whenClosed } from "../kit/dom.js";
import { html, set } from "../kit/html.js";
import { toast } from "../kit/toast.js";
import { render, useLayoutEffect, useRef } from "../vendor/preact.min.js";
import { signal } from "../vendor/signals.min.js";

const REFRESH_INTERVAL = 2000; // ms
/** @type {HTMLDialogElement | null} made when it is opened first */
let dialog = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
const log = signal(/** @type {LogAnswer | null} */ (null));

export const logOpen = () => Boolean(dialog?.open);
export const closeLog = () => dialog?.close();

export function openLog() {
  dialog ??= build();
  if (dialog.open) return;
  log.value = null; // the next lines are shown from their end
  dialog.showModal();
  load();
}

function build() {
  const made = document.body.appendChild(
    el("dialog", { class: "studio log", "aria-labelledby": "log-title" }),
  );
  render(html`<${Log} />`, made);
  whenClosed(made, () => clearTimeout(timer));
  made.addEventListener("click", (event) => event.target === made && made.close());
  return made;
}

async function load() {
  clearTimeout(timer);
  const answer = await call("top", "log", { project: state.projectId });
  if (!logOpen()) return;
  if (answer) set(log, answer);
  timer = setTimeout(load, REFRESH_INTERVAL);
}

function Log() {
  const answer = log.value;
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const { scrollTop = 0, clientHeight = 0, scrollHeight = 0 } = box.current ?? {};
  const atEnd = !box.current?.textContent || scrollTop + clientHeight >= scrollHeight - 4;
  useLayoutEffect(() => {
    if (atEnd) box.current?.scrollTo(0, box.current.scrollHeight);
  });
  return html`<div class="card-head">
      <h2 id="log-title">Log</h2>
      <div class="log-buttons">
        <button
          type="button" class="button small" data-action="copy-report" disabled=${!answer}
          onClick=${() => copy(answer?.text ?? "")}
        >Copy for a bug report</button>
        <button type="button" class="button small" autofocus onClick=${closeLog}>Close</button>
      </div>
    </div>
    <dl class="log-facts">
      ${answer?.facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}
    </dl>
    <pre
      ref=${box} class="log-lines scroll" tabindex="0" role="log" aria-live="off"
      aria-label="The last lines of the log"
    >${answer && linesOf(answer)}</pre>
    <p class="log-note">
      The report contains this log and the settings of the project.${" "}
      Folder names are shortened; passwords and tokens are left out.
    </p>`;
}

/** @param {LogAnswer} answer */
function linesOf({ lines, output, page }) {
  const other = output.length ? ["", "Other output", ...output] : [];
  const own = page.length ? ["", "The page's own log", ...page] : [];
  return [...lines, ...other, ...own].join("\n") || "The log is empty.";
}

/** @param {string} report */
async function copy(report) {
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
  dialog?.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}
