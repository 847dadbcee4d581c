/** A question before something starts: what will be done, and answers to choose from. */
import { el } from "./dom.js";

const DOUBLE_CLICK = 500; // ms
const DOUBLE_CLICK_REACH = 8; // pixels
/** @type {HTMLDialogElement | null} */
let dialog = null;

/**
 * The first answer is the one that is proposed; Cancel and Escape answer null. With `attempt`, the question
 * stays open, with all that was typed, until it resolves with true; `meanwhile` is shown on the button.
 * @param {{
 *   title: string,
 *   words: (string | Node)[],
 *   answers: [name: string, label: string][],
 *   attempt?: () => Promise<boolean>,
 *   meanwhile?: string,
 * }} question
 * @returns {Promise<string | null>} the name of the answer
 */
export function ask({ title, words, answers, attempt, meanwhile }) {
  const form = el(
    "form",
    { method: "dialog" },
    el("h2", {}, title),
    ...words.map((one) => (typeof one === "string" ? el("p", {}, one) : one)),
    el(
      "div",
      { class: "question-answers" },
      ...answers.map(([name, label], i) =>
        el(
          "button",
          {
            class: "button",
            value: name,
            data: i ? { answer: name } : { answer: name, next: "" },
            autofocus: !i,
          },
          label,
        ),
      ),
      el("button", { class: "quiet", value: "", formnovalidate: true }, "Cancel"),
    ),
  );
  const box = document.body.appendChild(
    el("dialog", { class: "studio question", "aria-label": title }, form),
  );
  if (attempt) tryFirst(form, box, attempt, meanwhile);
  dialog?.close(); // an older question is not answered
  dialog = box;
  box.addEventListener("click", ignoreSecondClick);
  box.showModal();
  return new Promise((done) =>
    box.addEventListener("close", () => {
      if (dialog === box) dialog = null;
      box.remove();
      done(box.returnValue || null);
    }),
  );
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLDialogElement} box
 * @param {() => Promise<boolean>} attempt
 * @param {string} [meanwhile]
 */
function tryFirst(form, box, attempt, meanwhile) {
  form.addEventListener("submit", async (event) => {
    const button = event.submitter;
    if (!(button instanceof HTMLButtonElement) || !button.value) return;
    event.preventDefault();
    const label = button.textContent;
    button.disabled = true;
    button.textContent = meanwhile ?? label;
    if (await attempt()) return box.close(button.value);
    button.disabled = false;
    button.textContent = label;
  });
}

/**
 * The second half of a double click on an answer is not meant for what lies behind the question: what comes
 * from the pointer at the same place right after it closed is ignored.
 * @param {MouseEvent} first
 */
function ignoreSecondClick(first) {
  const question = first.currentTarget;
  const answered = first.target instanceof Element && first.target.closest("button");
  if (!answered || !first.detail) return; // a key presses with detail 0
  const types = /** @type {const} */ (["pointerdown", "mousedown", "click", "dblclick"]);
  /** @param {MouseEvent} event */
  const ignore = (event) => {
    if (question instanceof HTMLDialogElement && question.open) return;
    if (Math.hypot(event.clientX - first.clientX, event.clientY - first.clientY) > DOUBLE_CLICK_REACH) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  for (const type of types) addEventListener(type, ignore, true);
  setTimeout(() => {
    for (const type of types) removeEventListener(type, ignore, true);
  }, DOUBLE_CLICK);
}

export const questionOpen = () => Boolean(dialog?.open);
