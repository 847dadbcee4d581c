/** The dialog to enable, disable and add test prompts: typed, pasted or from a text file. */
/** @import { Anchor, Unknown } from "payloads" */
import { state, taughtIn } from "../app/store.js";
import { call, refresh } from "../app/session.js";
import { write } from "../app/writes.js";
import { Dialog } from "../kit/dialog.js";
import { html, submitting, useAnswer, withValue } from "../kit/html.js";
import { UnknownNote } from "../kit/swaps.js";
import { toast } from "../kit/toast.js";
import { useLayoutEffect, useRef } from "../vendor/preact.min.js";
import { signal } from "../vendor/signals.min.js";

const MAX_FILE_SIZE = 200_000; // bytes of a text file; the server limits the number of test prompts

export const anchorsDialog = new Dialog("anchors-editor", { closed: refocus });
const typed = signal("");
/** Whether a list that is imported or pasted switches the others off. */
const only = signal(false);
const said = signal("");
/** The test prompt that was added and that the model was taught nothing of. */
const unknown = signal(/** @type {Unknown | null} */ (null));
/** The switches that were pressed and are not stored yet, by test prompt. */
const pressed = signal(/** @type {Map<string, boolean>} */ (new Map()));

export function editAnchors() {
  if (!state.project || anchorsDialog.isOpen) return;
  [typed.value, only.value, said.value, unknown.value] = ["", false, "", null];
  anchorsDialog.open("Test prompts", html`<${Editor} />`);
}

/** @typedef {{ currentTarget: HTMLInputElement }} Typed */

function Editor() {
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => {
    if (said.value) list.current?.scrollTo(0, 1e6); // what was added is last
  }, [said.value]);
  const { project } = state;
  const anchors = project?.anchors ?? [];
  const line = typed.value.trim();
  const preview = useAnswer(() => (line ? filled([line]) : null), [line])?.[0];
  const submit = submitting(() => line && add([typed.value], { byHand: true }));
  const choose = (/** @type {Typed} */ { currentTarget: { files } }) => files?.[0] && read(files[0]);
  const alone = (/** @type {Typed} */ { currentTarget }) => {
    only.value = currentTarget.checked;
  };
  return html`<div class="card-head">
      <h2>Test prompts</h2>
      <span role="status">${anchors.filter(({ enabled }) => enabled).length} of ${anchors.length} on</span>
    </div>
    <p class="field-note">
      Changes take effect with the next Generate. Existing images stay.${" "}
      <code>{}</code> stands for <code>${subjectWords()}</code>.
    </p>
    <ul class="anchor-rows scroll" ref=${list}>
      ${anchors.map((anchor) => html`<${Row} key=${anchor.id} ...${anchor} />`)}
    </ul>
    <form class="anchor-line" onSubmit=${submit}>
      <input
        type="text" autofocus aria-label="A new test prompt" spellcheck=${false} maxlength="400"
        placeholder=${taughtIn(project).anchor} value=${typed.value}
        onPaste=${addPasted} onInput=${withValue((text) => (typed.value = text))}
      />
      <button type="submit" class="button small">Add</button>
    </form>
    <p class="anchor-preview" role="status">
      ${line && preview ? `The prompt will be: ${preview}` : ""}
    </p>
    <div class="anchor-import">
      <label class="button small import">
        <input
          type="file" accept=".txt,text/plain" value="" onChange=${choose}
          aria-label="Import a text file with one test prompt per line"
        />Import a text file
      </label>
      <label class="only">
        <input type="checkbox" checked=${only.value} onChange=${alone} />Disable the others
      </label>
      <span class="field-note">One test prompt per line</span>
    </div>
    <${UnknownNote} of=${unknown} use=${useInstead} />
    <div class="anchors-end">
      <span role="status">${said.value}</span>
      <button type="button" class="button" onClick=${() => anchorsDialog.close()}>Done</button>
    </div>`;
}

/** @param {Anchor} anchor */
function Row({ id, prompt, enabled }) {
  return html`<li><label>
    <input
      type="checkbox" role="switch" aria-label=${prompt} checked=${pressed.value.get(id) ?? enabled}
      onChange=${(/** @type {Typed} */ { currentTarget }) => enable(id, currentTarget.checked)}
    /><span class="anchor-words">${words(prompt)}</span>
  </label></li>`;
}

/**
 * @param {string} id
 * @param {boolean} enabled
 */
async function enable(id, enabled) {
  pressed.value = new Map(pressed.value).set(id, enabled);
  said.value = "";
  await write("enable_anchor", { anchor: id, enabled });
  await refresh(); // a poll already in flight may be stale
  const left = new Map(pressed.value);
  if (left.get(id) === enabled) left.delete(id);
  pressed.value = left;
}

/** What stands for the subject; the words of a style without "in" are put behind a comma. */
export const subjectWords = () => (state.project?.stands_for ?? "").replace(/^, /, "");

/** The prompts that these lines make; null before the studio has answered. @param {string[]} lines */
export async function filled(lines) {
  const asked = { project: state.project?.id, lines };
  const found = await call("reference", "filled", asked, () => {}); // a comma alone is no prompt yet
  return found?.prompts ?? null;
}

/**
 * The prompt, with the words for the subject styled as secondary text.
 * @param {string} prompt
 */
function words(prompt) {
  const subject = subjectWords();
  return prompt.split(subject).map((part, i) => html`${i ? subject : ""}<b>${part}</b>`);
}

/** Restore the focus: the button that opened the dialog may be another one by now. */
function refocus() {
  if (document.activeElement !== document.body) return;
  /** @type {NodeListOf<HTMLElement>} */
  const buttons = document.querySelectorAll("[data-action=edit-prompts]");
  [...buttons].find((node) => node.offsetParent)?.focus();
}

/**
 * @param {string[]} lines
 * @param {{ byHand?: boolean }} [options]
 */
async function add(lines, { byHand = false } = {}) {
  const project = state.project?.id;
  if (byHand) typed.value = ""; // ready for the next prompt
  const answer = await write("add_anchors", { project, lines, only: !byHand && only.value });
  if (!answer) {
    if (byHand) typed.value ||= lines[0]; // to be corrected, unless something else is typed by now
    return false;
  }
  await refresh();
  if (project !== state.project?.id) return false;
  said.value = answer.sentence;
  unknown.value = answer.unknown;
  return true;
}

/** Add the prompts with what the model knows, and disable the others. @param {string[]} lines */
async function useInstead(lines) {
  const { prompts = [] } = unknown.value ?? {};
  const changed = (await filled(prompts.filter((prompt, i) => prompt !== lines[i]))) ?? [];
  const others = state.project?.anchors.filter(({ prompt }) => changed.includes(prompt)) ?? [];
  const known = lines.filter((line, i) => line !== prompts[i]);
  if (!(await add(known, { byHand: true })) || !others.length) return;
  const told = said.value;
  for (const { id } of others) await enable(id, false);
  said.value = told;
}

/** @param {string} text */
const linesOf = (text) => text.split(/\r?\n/).filter((line) => line.trim());

/** @param {ClipboardEvent} event */
function addPasted(event) {
  const lines = linesOf(event.clipboardData?.getData("text") ?? "");
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
  const lines = linesOf((await file.text()).replace(/^\uFEFF/, ""));
  if (lines.length) return add(lines);
  toast(
    `${file.name} contains no test prompts: write one per line, with {} where the subject stands.`,
    "error",
  );
}
