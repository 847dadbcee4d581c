/** The list of suggested candidates: one row per test prompt, with the reason and verdict buttons. */
/** @import { Score, Verdict } from "../app/payloads.d.ts" */
/** @import { RoundsParts } from "../app/parts.d.ts" */
import { state, on, verdictOf, setFocus, setHover, drawing } from "../app/store.js";
import { decide, toggle } from "./grid/verdicts.js";
import { el, focusKept, focusedIn, repeats, setText } from "../kit/dom.js";
import { howSuggested } from "./how.js";
import { witnessNote } from "./grid/witnesses.js";
import { count } from "../kit/format.js";
import { thumbnail } from "../app/urls.js";

/** @type {Partial<Record<Verdict, string>>} */
const STATES = { accepted: "accepted", rejected: "left out" };

/** @param {RoundsParts} parts */
export function mountSuggestion(parts) {
  parts.suggestions.after(howSuggested());
  const update = () => show(parts);
  on("scores round job verdicts forget received", update);
  update();
}

/** @param {RoundsParts} parts */
function show(parts) {
  const chosen = drawing() ? [] : [...state.suggested];
  const note = drawing() ? "" : witnessNote(state.round, [...state.candidates.values()]);
  if (
    repeats(parts.suggestions, [
      chosen,
      chosen.map(([id]) => verdictOf(id)),
      state.round?.exhausted,
      emptyWords(),
      note,
    ])
  )
    return;
  setText(
    parts["suggestion-note"],
    chosen.length ? `${chosen.length} of ${count(state.scores.length, "test prompt")}` : "",
  );
  const rows = chosen.map(([id, score]) => row(id, score));
  if (state.round?.exhausted && !drawing())
    rows.push(el("li", { class: "suggestion-words" }, state.round.exhausted));
  else if (!rows.length) rows.push(el("li", { class: "suggestion-words" }, emptyWords()));
  if (note) rows.push(el("li", { class: "suggestion-words" }, note));
  const keep = focusedIn(parts.suggestions)?.dataset.keep;
  parts.suggestions.replaceChildren(...rows);
  focusKept(parts.suggestions, keep);
}

function emptyWords() {
  if (drawing()) return "The suggestion appears when all pictures are drawn.";
  if (state.scores.length)
    return state.round?.kind === "refine"
      ? "The pictures accepted in the round before still count. Accept more here, or go on."
      : "";
  return (
    "After Generate, the studio picks the test prompts that the model is most undecided about, " +
    "and says why."
  );
}

/**
 * @param {string} id
 * @param {Score} score
 */
function row(id, score) {
  const verdict = verdictOf(id);
  const said = STATES[verdict];
  const out = verdict === "rejected";
  const leave = el(
    "button",
    {
      type: "button",
      class: "quiet leave",
      data: { keep: `leave ${id}` },
      title: out ? "Put it back" : "Leave it out (rejects this picture; Ctrl+Z takes it back)",
      "aria-label": `${out ? "Put back" : "Leave out"}: ${score.prompt}`,
      on: { click: () => decide([id], out ? "undecided" : "rejected") },
    },
    out ? "↺" : "✕",
  );
  return el(
    "li",
    {
      class: "suggestion-row",
      data: { verdict },
      on: {
        pointerenter: () => setHover(id, "suggestion"),
        pointerleave: () => setHover(null, "suggestion"),
      },
    },
    el(
      "button",
      {
        type: "button",
        class: "suggestion-face",
        data: { keep: `face ${id}` },
        "aria-label": `Show ${score.prompt} in the grid`,
        on: { click: () => setFocus(id, "suggestion"), dblclick: () => toggle(id, "accepted") },
      },
      el("img", { src: thumbnail(id), alt: "", width: 46, height: 46 }),
    ),
    el(
      "span",
      { class: "suggestion-text" },
      el("b", {}, score.head, said ? el("em", { class: "verdict" }, said) : null),
      el("span", {}, score.reason),
    ),
    leave,
  );
}
