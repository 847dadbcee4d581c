/** Undo, redo, and the list of what was decided, in which one can go back and forth. */
/** @import { HistoryStep } from "payloads" */
import { state, on } from "../../app/store.js";
import { call } from "../../app/session.js";
import { newest } from "../../app/newest.js";
import { el, focusKept, focusedIn, makeButton, setAttribute } from "../../kit/dom.js";
import { goTo, redo, undo } from "../grid/verdicts.js";
import { place } from "../../kit/popovers.js";

export function historyButtons() {
  const back = stepButton("↶", undo);
  const forth = stepButton("↷", redo);
  const list = el("ol", { class: "history-steps" });
  const node = el(
    "div",
    { class: "studio desk-panel history", popover: "auto", "aria-label": "History of decisions" },
    el("h2", {}, "History"),
    list,
  );
  const open = el(
    "button",
    { type: "button", class: "quiet desk-history", title: "History: go back to any decision" },
    "History",
  );
  open.popoverTargetElement = node;
  const newRequest = newest();
  const historyOpen = () => node.matches(":popover-open");
  const load = async () => {
    if (!historyOpen() || !state.roundId) return;
    const isLatest = newRequest();
    const answer = await call("rounds", "history", { round: state.roundId });
    if (answer && isLatest()) fill(list, answer.steps);
  };
  node.addEventListener("toggle", () => {
    if (!historyOpen()) return;
    place(node, open);
    load();
  });
  const show = () => {
    const { undo: undoes = "", redo: redoes = "" } = state.round ?? {};
    label(back, "Undo", undoes, "Ctrl+Z");
    label(forth, "Redo", redoes, "Ctrl+Y");
    load();
  };
  on("round forget", show);
  show();
  return el("span", { class: "desk-group desk-steps" }, back, forth, open, node);
}

/**
 * @param {string} glyph
 * @param {() => void} act
 */
const stepButton = (glyph, act) => makeButton({ class: "quiet" }, act, glyph);

/**
 * @param {HTMLButtonElement} button
 * @param {string} verb
 * @param {string} what
 * @param {string} key
 */
function label(button, verb, what, key) {
  const words = what ? `${verb}: ${what} (${key})` : `There is nothing to ${verb.toLowerCase()}`;
  setAttribute(button, "title", words);
  setAttribute(button, "aria-label", words);
  button.disabled = !what;
}

/**
 * The newest step on top; the steps above the current one were undone.
 * @param {HTMLElement} list
 * @param {HistoryStep[]} steps
 */
function fill(list, steps) {
  const current = steps.findLast((step) => step.stands)?.id ?? null;
  const rows = [...steps].reverse().map((step) => row(step.id, step.words, step, current));
  const keep = focusedIn(list)?.dataset.keep;
  list.replaceChildren(...rows, row(null, "beginning of the round", null, current));
  focusKept(list, keep);
  list.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
}

/**
 * @param {number | null} id
 * @param {string} words
 * @param {HistoryStep | null} step
 * @param {number | null} current
 */
function row(id, words, step, current) {
  const when = step && new Date(step.time * 1000);
  return el(
    "li",
    {},
    makeButton(
      {
        class: "history-step",
        "aria-current": id === current ? "step" : null,
        data: { keep: `step ${id}`, stands: !step || step.stands ? "yes" : "no" },
        title: id === current ? "This is the current state" : "Go to this state",
      },
      () => id !== current && goTo(id),
      el("span", {}, words.charAt(0).toUpperCase() + words.slice(1)),
      when
        ? el("time", { datetime: when.toISOString() }, when.toLocaleTimeString([], { timeStyle: "short" }))
        : null,
    ),
  );
}
