/** The list of suggested candidates: one row per test prompt, with the reason and verdict buttons. */
/** @import { Score } from "payloads" */
/** @import { RoundsParts } from "../app/types/parts.d.ts" */
import { state, on, verdictOf, setFocus, setHover, drawing, loading, openSuggestions } from "../app/store.js";
import { decide, toggle } from "./grid/verdicts.js";
import { howComputed } from "../how/how.js";
import { el, focusKept, focusedIn, makeButton, repeats, setText } from "../kit/dom.js";
import { detectorNote } from "./grid/copy_words.js";
import { count, unbroken } from "../kit/format.js";
import { thumbnail } from "../app/urls.js";
import { figuresButton, plainly } from "./plain_words.js";

/** @typedef {"open" | "accepted" | "rejected" | "answered"} RowState */
/** @type {Record<RowState, string>} */
const STATES = {
  open: "",
  accepted: "accepted",
  rejected: "skipped",
  answered: "you chose another",
};

/** @type {[id: string, score: Score][]} what was suggested before more pictures were asked for */
let before = [];

/** Why these test prompts are suggested, above them. */
const why = el("p", { class: "suggestion-words" });

/** Are pictures of the round being drawn, or do some wait for their turn? */
const unfinished = () => drawing() || state.round?.complete === false;

/** @param {RoundsParts} parts */
export function mountSuggestion(parts) {
  const how = howComputed("suggestions");
  how.querySelector("summary")?.addEventListener("click", () => {
    // the explanation scrolls within the card: it takes no room from the map above
    const card = parts.suggestions.closest("section");
    if (!card) return;
    const limited = getComputedStyle(card).maxHeight !== "none"; // elsewhere the whole page scrolls
    card.style.height = how.open || !limited ? "" : `${card.getBoundingClientRect().height}px`;
  });
  parts.suggestions.before(why);
  parts.suggestions.after(how);
  parts["suggestion-note"].after(figuresButton());
  const update = () => show(parts);
  on("forget cleared", () => {
    before = [];
  });
  on("step scores round job verdicts forget received", update);
  update();
}

/** @param {RoundsParts} parts */
function show(parts) {
  if (!unfinished()) before = [...state.suggested];
  const chosen = before;
  const rows = chosen.map(([id, score]) => ({ id, score, others: othersOf(id, score) }));
  const note = drawing() ? "" : detectorNote(state.round, [...state.candidates.values()]);
  if (
    repeats(parts.suggestions, [
      chosen,
      rows.map(({ id, others }) => [stateOf(id, others), others]),
      state.round?.summary,
      state.round?.check,
      emptyWords(),
      note,
      unfinished(),
    ])
  )
    return;
  setText(parts["suggestion-note"], noteWords(chosen.length));
  const nodes = rows.map(({ id, score, others }) => row(id, score, others));
  setText(why, nodes.length && !unfinished() ? (state.round?.summary ?? "") : "");
  const words = drawing() ? emptyWords() : why.textContent ? "" : state.round?.summary || emptyWords();
  if (words) nodes.push(el("li", { class: "suggestion-words" }, words));
  if (state.round?.check && !drawing())
    nodes.push(el("li", { class: "suggestion-words" }, state.round.check));
  if (note) nodes.push(el("li", { class: "suggestion-words" }, note));
  const keep = focusedIn(parts.suggestions)?.dataset.keep;
  parts.suggestions.replaceChildren(...nodes);
  const card = parts.suggestions.closest("section");
  if (card) card.style.height = ""; // it was that of the rows before
  focusKept(parts.suggestions, keep);
}

/** @param {number} rows */
function noteWords(rows) {
  if (!rows || unfinished()) return "";
  if (!openSuggestions().length) return rows === 1 ? "✓ Reviewed" : `✓ All ${rows} reviewed`;
  return `${rows} of ${count(state.scores.length, "test prompt")}`;
}

/**
 * The accepted pictures of a test prompt besides the suggested one.
 * @param {string} id
 * @param {Score} score
 */
function othersOf(id, score) {
  return [...state.verdicts]
    .filter(
      ([other, verdict]) =>
        verdict === "accepted" && other !== id && state.candidates.get(other)?.anchor_id === score.anchor_id,
    )
    .map(([other]) => other);
}

/**
 * "Sometimes a pencil, sometimes your cat. This one looks right."
 * @param {Score} score
 * @param {RowState} now
 */
function plainWords(score, now) {
  const plain = plainly(score, state.project);
  if (!plain) return "";
  return now === "open"
    ? `${plain}. ${score.left_out ? "This is the next best." : "This one looks right."}`
    : `${plain}.`;
}

/**
 * @param {string} id
 * @param {string[]} others
 * @returns {RowState}
 */
function stateOf(id, others) {
  const verdict = verdictOf(id);
  if (verdict === "accepted") return "accepted";
  if (others.length) return "answered";
  return verdict === "rejected" ? "rejected" : "open";
}

function emptyWords() {
  if (loading()) return "";
  if (drawing())
    return before.length
      ? "More images are being generated. Suggestions update when they are done."
      : "Suggestions appear when all images are generated.";
  if (state.scores.length)
    return state.round?.kind === "refine"
      ? "Images accepted in the last round still count. Accept more here, or continue."
      : "";
  return "Once all images are generated, each of the most uncertain prompts gets a suggestion.";
}

/**
 * @param {string} id
 * @param {Score} score
 * @param {string[]} others
 */
function row(id, score, others) {
  const now = stateOf(id, others);
  const shown = now === "answered" ? others[0] : id;
  const plain = plainWords(score, now);
  const next = score.left_out ? ` This image: ${score.why}` : null;
  return el(
    "li",
    {
      class: "suggestion-row",
      data: { verdict: now },
      on: {
        pointerenter: () => setHover(shown, "suggestion"),
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
        on: { click: () => setFocus(shown, "suggestion"), dblclick: () => toggle(shown, "accepted") },
      },
      el("img", { src: thumbnail(shown), alt: "", width: 46, height: 46 }),
    ),
    el(
      "span",
      { class: "suggestion-text" },
      el(
        "b",
        { translate: "no" },
        score.head,
        STATES[now] ? el("em", { class: "verdict", translate: "yes" }, STATES[now]) : null,
      ),
      plain ? el("span", { class: "suggestion-plain", title: score.reason }, plain, next) : null,
      el(
        "span",
        {
          class: plain ? "suggestion-reason has-plain" : "suggestion-reason",
          title: score.why ? `${score.reason}\nWhy this image: ${score.why}` : score.reason,
        },
        unbroken(score.reason),
        next,
      ),
    ),
    now === "answered" || unfinished() ? null : leaveButton(id, score, now),
  );
}

/**
 * @param {string} id
 * @param {Score} score
 * @param {RowState} now
 */
function leaveButton(id, score, now) {
  const out = now === "rejected";
  const leave = now === "accepted" ? "Reject, and suggest another" : "Skip, and suggest another";
  return makeButton(
    {
      class: "quiet leave",
      data: { keep: `leave ${score.rank}` },
      title: out ? "Put it back" : `${leave} (Ctrl+Z to undo)`,
      "aria-label": `${out ? "Put back" : "Skip"}: ${score.prompt}`,
    },
    () => decide([id], out ? "undecided" : "rejected"),
    out ? "↺" : "✕",
  );
}
