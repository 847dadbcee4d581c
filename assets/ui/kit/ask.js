/** A question before something starts: what will be done, and answers to choose from. */
import { useState } from "../vendor/preact.min.js";
import { Dialog } from "./dialog.js";
import { html } from "./html.js";

const DOUBLE_CLICK = 500; // ms
const DOUBLE_CLICK_REACH = 8; // pixels

/**
 * `words` are sentences and templates, whose fields are told by their names. The first answer is the one that
 * is proposed. With `attempt`, the question stays open, with all that was typed, until it resolves with
 * something; `meanwhile` is shown on the button.
 * @template [Answer=string]
 * @typedef {{
 *   title: string,
 *   words: unknown[],
 *   answers: [name: string, label: string][],
 *   attempt?: (typed: FormData) => Promise<Answer | null | undefined | false>,
 *   meanwhile?: string,
 * }} Asked
 */

/** @type {(given: any) => void} */
let answer = () => {};
const dialog = new Dialog("question", { closed: () => answer(null) });

/**
 * What `attempt` resolved with, or else the name of the answer; Cancel and Escape answer null.
 * @template [Answer=string]
 * @param {Asked<Answer>} asked
 * @returns {Promise<Answer | null>}
 */
export function ask(asked) {
  dialog.close(); // an older question is not answered
  return new Promise((done) => {
    answer = done;
    dialog.open(asked.title, html`<${Question} ...${asked} />`);
  });
}

/** @param {Asked<unknown>} props */
function Question({ title, words, answers, attempt, meanwhile }) {
  const [tried, attemptWith] = useState("");
  /** @param {SubmitEvent & { currentTarget: HTMLFormElement }} event */
  const submit = async (event) => {
    event.preventDefault();
    const name = event.submitter instanceof HTMLButtonElement ? event.submitter.value : "";
    /** @type {unknown} */
    let given = name || null;
    if (given && attempt) {
      const typed = new FormData(event.currentTarget);
      attemptWith(name);
      given = await attempt(typed);
      attemptWith("");
      if (!given) return;
    }
    answer(given);
    dialog.close();
  };
  return html`<form onSubmit=${submit} onClick=${ignoreSecondClick}>
    <h2>${title}</h2>
    ${words.map((one) => (typeof one === "string" ? html`<p>${one}</p>` : one))}
    <div class="question-answers">
      ${answers.map(
        ([name, label], i) => html`<button
          key=${name} class="button" value=${name} data-answer=${name} data-next=${i ? null : ""}
          autofocus=${!i} disabled=${tried === name}
        >${tried === name ? (meanwhile ?? label) : label}</button>`,
      )}
      <button class="quiet" value="" formnovalidate>Cancel</button>
    </div>
  </form>`;
}

/**
 * The second half of a double click on an answer is not meant for what lies behind the question: what comes
 * from the pointer at the same place right after it closed is ignored.
 * @param {MouseEvent} first
 */
function ignoreSecondClick(first) {
  const answered = first.target instanceof Element && first.target.closest("button");
  if (!answered || !first.detail) return; // a key presses with detail 0
  const types = /** @type {const} */ (["pointerdown", "mousedown", "click", "dblclick"]);
  /** @param {MouseEvent} event */
  const ignore = (event) => {
    if (dialog.isOpen) return;
    if (Math.hypot(event.clientX - first.clientX, event.clientY - first.clientY) > DOUBLE_CLICK_REACH) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  for (const type of types) addEventListener(type, ignore, true);
  setTimeout(() => {
    for (const type of types) removeEventListener(type, ignore, true);
  }, DOUBLE_CLICK);
}
