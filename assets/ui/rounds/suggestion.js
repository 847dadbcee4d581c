/** The sampler's proposal: one line an anchor, with its reason, and a way to leave it out. */
import { state, on, verdictOf, setFocus, setHover, drawing } from "../app/store.js";
import { decide, toggle } from "./grid/verdicts.js";
import { el, repeats, setText } from "../kit/dom.js";
import { count } from "../kit/format.js";
import { thumbnail } from "../app/urls.js";

const STATES = { accepted: "accepted", rejected: "left out" };

export function mountSuggestion(parts) {
  const update = () => show(parts);
  on("scores round job verdicts forget received", update);
  update();
}

function show(parts) {
  const chosen = drawing() ? [] : state.scores.filter((score) => score.suggested);
  if (
    repeats(parts.suggestions, [
      chosen,
      chosen.map((s) => verdictOf(s.suggested)),
      state.round?.exhausted,
      emptyWords(),
    ])
  )
    return;
  setText(
    parts["suggestion-note"],
    chosen.length ? `${chosen.length} of ${count(state.scores.length, "test prompt")}` : "",
  );
  const rows = chosen.map(row);
  if (state.round?.exhausted && !drawing())
    rows.push(el("li", { class: "suggestion-words" }, state.round.exhausted));
  else if (!rows.length) rows.push(el("li", { class: "suggestion-words" }, emptyWords()));
  const keep = parts.suggestions.contains(document.activeElement)
    ? document.activeElement.dataset.keep
    : null;
  parts.suggestions.replaceChildren(...rows);
  if (keep) parts.suggestions.querySelector(`[data-keep="${keep}"]`)?.focus();
}

function emptyWords() {
  if (drawing()) return "The suggestion appears when all pictures are drawn.";
  if (state.scores.length)
    return state.round?.kind === "refine"
      ? "The pictures accepted in the round before still count. Accept more here, or go on."
      : "";
  return "After Generate, the studio picks the test prompts that the model is most undecided about, and says why.";
}

function row(score) {
  const id = score.suggested;
  const verdict = verdictOf(id);
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
      el("b", {}, score.head, STATES[verdict] ? el("em", { class: "verdict" }, STATES[verdict]) : null),
      el("span", {}, score.reason),
    ),
    leave,
  );
}
