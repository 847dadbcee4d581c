/** The dialog to enable, disable and add test prompts: typed, pasted or from a text file. */
/** @import { Anchor } from "payloads" */
import { state, on } from "../app/store.js";
import { refresh } from "../app/session.js";
import { write } from "../app/writes.js";
import { el, makeButton, setText, whenClosed } from "../kit/dom.js";
import { toast } from "../kit/toast.js";

const MAX_FILE_SIZE = 200_000; // bytes of a text file; the server limits the number of test prompts
/** @type {Record<import("payloads").ProjectKind, string>} */
export const EXAMPLES = { style: "A lighthouse {}", object: "{} on a bridge" };
/**
 * A row of the list; `sending` is the number of its pending writes.
 * @typedef {{ node: HTMLElement, input: HTMLInputElement, sending: number }} Row
 */

/** @type {Map<string, Row>} by test prompt id */
const rows = new Map();
/** @type {ReturnType<typeof build>} made when it is opened first */
let parts;

export const anchorsOpen = () => Boolean(parts?.dialog.open);
export const closeAnchors = () => parts?.dialog.close();

export function editAnchors() {
  parts ??= build();
  if (!state.project || parts.dialog.open) return;
  setText(parts.said, "");
  parts.line.value = "";
  parts.only.checked = false;
  parts.line.placeholder = EXAMPLES[state.project.kind];
  show();
  parts.dialog.showModal();
  parts.list.scrollTop = 0;
}

function build() {
  const line = el("input", {
    type: "text",
    autofocus: true,
    "aria-label": "A new test prompt",
    spellcheck: "false",
    maxlength: "400",
  });
  const preview = el("p", { class: "anchor-preview", role: "status" });
  const only = el("input", { type: "checkbox" });
  const file = el("input", {
    type: "file",
    accept: ".txt,text/plain",
    "aria-label": "Import a text file with one test prompt per line",
  });
  const made = {
    dialog: el("dialog", { class: "studio anchors-editor", "aria-labelledby": "anchors-title" }),
    line,
    preview,
    only,
    file,
    tally: el("span", { role: "status" }),
    braces: el("code"),
    list: el("ul", { class: "anchor-rows scroll" }),
    said: el("span", { role: "status" }),
  };
  const form = el(
    "form",
    { class: "anchor-line" },
    line,
    el("button", { type: "submit", class: "button small" }, "Add"),
  );
  made.dialog.append(
    el("div", { class: "card-head" }, el("h2", { id: "anchors-title" }, "Test prompts"), made.tally),
    el(
      "p",
      { class: "field-note" },
      "Changes take effect with the next Generate. Existing images stay. ",
      el("code", {}, "{}"),
      " stands for ",
      made.braces,
      ".",
    ),
    made.list,
    form,
    preview,
    el(
      "div",
      { class: "anchor-import" },
      el("label", { class: "button small import" }, file, "Import a text file"),
      el("label", { class: "only" }, only, "Switch the others off"),
      el("span", { class: "field-note" }, "One test prompt per line"),
    ),
    el(
      "div",
      { class: "anchors-end" },
      made.said,
      makeButton({ class: "button" }, () => made.dialog.close(), "Done"),
    ),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (line.value.trim()) add([line.value], { typed: true });
  });
  line.addEventListener("input", showPreview);
  line.addEventListener("paste", (event) => addPasted(event));
  file.addEventListener("change", () => {
    const chosen = file.files?.[0];
    file.value = "";
    if (chosen) read(chosen);
  });
  whenClosed(made.dialog, refocus);
  on("project forget", () => {
    if (made.dialog.open) show();
  });
  document.body.append(made.dialog);
  return made;
}

function show() {
  const anchors = state.project?.anchors ?? [];
  for (const [id, row] of rows)
    if (!anchors.some((anchor) => anchor.id === id)) {
      row.node.remove();
      rows.delete(id);
    }
  for (const anchor of anchors) {
    const row = rows.get(anchor.id) ?? makeRow(anchor);
    rows.set(anchor.id, row);
    if (!row.node.isConnected) parts.list.append(row.node);
    if (!row.sending) row.input.checked = Boolean(anchor.enabled);
  }
  setText(parts.braces, subjectWords());
  setText(parts.tally, `${anchors.filter((anchor) => anchor.enabled).length} of ${anchors.length} on`);
  showPreview();
}

/**
 * @param {Anchor} anchor
 * @returns {Row}
 */
function makeRow(anchor) {
  const input = el("input", { type: "checkbox", role: "switch", "aria-label": anchor.prompt });
  const row = { input, sending: 0, node: el("li", {}, el("label", {}, input, words(anchor.prompt))) };
  input.addEventListener("change", async () => {
    const wanted = input.checked;
    row.sending += 1;
    setText(parts.said, "");
    const answer = await write("enable_anchor", { anchor: anchor.id, enabled: wanted });
    await refresh(); // a poll already in flight may be stale
    row.sending -= 1;
    if (!answer && !row.sending) input.checked = !wanted;
  });
  return row;
}

/** What stands for the subject; the words of a style without "in" are put behind a comma. */
const subjectWords = () => (state.project?.stands_for ?? "").replace(/^, /, "");

/**
 * The prompt that a template makes, as core/references.py makes it.
 * @param {string} template
 * @param {string} subject
 */
const filled = (template, subject) =>
  template.replaceAll("{}", subject).replaceAll(" ,", ",").replace(/^, /, "");

/**
 * The prompt, with the placeholder for the subject styled as secondary text.
 * @param {string} prompt
 */
function words(prompt) {
  const subject = subjectWords();
  const rest = prompt.split(subject);
  return el(
    "span",
    { class: "anchor-words" },
    rest.flatMap((part, i) => [i ? subject : "", el("b", {}, part)]),
  );
}

/** Restore the focus: the button that opened the dialog may have been re-rendered meanwhile. */
function refocus() {
  const focused = document.activeElement; // a field of the closed dialog loses the focus only later
  if (focused !== document.body && !parts.dialog.contains(focused)) return;
  /** @type {NodeListOf<HTMLElement>} */
  const buttons = document.querySelectorAll('[data-keep="anchors"]');
  [...buttons].find((node) => node.offsetParent)?.focus();
}

/** Preview the test prompts that the input would add. */
function showPreview() {
  const typed = parts.line.value.trim();
  setText(
    parts.preview,
    typed && state.project ? `The prompt will be: ${filled(typed, state.project.stands_for)}` : "",
  );
}

/**
 * @param {string[]} lines
 * @param {{ typed?: boolean }} [options]
 */
async function add(lines, { typed = false } = {}) {
  const only = !typed && parts.only.checked;
  const project = state.project?.id;
  if (typed) parts.line.value = ""; // ready for the next prompt
  showPreview();
  const answer = await write("add_anchors", { project, lines, only });
  if (!answer) return typed && restoreInput(lines[0]);
  await refresh();
  if (project !== state.project?.id) return;
  setText(parts.said, answer.sentence);
  parts.list.scrollTop = parts.list.scrollHeight;
}

/**
 * Put a rejected prompt back into the input, unless it has new text.
 * @param {string} line
 */
function restoreInput(line) {
  parts.line.value ||= line;
  showPreview();
}

/**
 * Add several pasted lines as a list of test prompts.
 * @param {ClipboardEvent} event
 */
function addPasted(event) {
  const lines = (event.clipboardData?.getData("text") ?? "").split(/\r?\n/).filter((line) => line.trim());
  if (lines.length < 2) return;
  event.preventDefault();
  add(lines);
}

/** @param {File} file */
async function read(file) {
  if (file.size > MAX_FILE_SIZE)
    return toast(
      `${file.name} is too large for a list of test prompts: ` +
        "import a text file with one test prompt per line.",
      "error",
    );
  const text = (await file.text()).replace(/^\uFEFF/, "");
  const lines = text.split(/\r?\n/).filter((line) => line.trim());
  if (!lines.length)
    return toast(
      `${file.name} contains no test prompts: write one per line, with {} where the subject stands.`,
      "error",
    );
  return add(lines);
}
