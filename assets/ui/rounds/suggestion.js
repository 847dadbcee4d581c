/** The suggested candidates: one row per test prompt, with the reason and what became of it. */
/** @import { Score } from "payloads" */
/** @import { RoundsParts } from "../app/types/parts.d.ts" */
import { drawing, loading, ofRound, openSuggestions, setFocus, setHover } from "../app/store.js";
import { state, verdictOf, whenever } from "../app/store.js";
import { thumbnail } from "../app/urls.js";
import { How } from "../how/how.js";
import { hideWhile } from "../kit/dom.js";
import { count, unbroken } from "../kit/format.js";
import { figures } from "../kit/figures.js";
import { Button, html, useKeptFocus } from "../kit/html.js";
import { render, useLayoutEffect } from "../vendor/preact.min.js";
import { decide } from "./grid/verdicts.js";
import { enlarge } from "./lightbox/lightbox.js";
import { detectorNote } from "./grid/copy_words.js";
import { nextStep } from "./next_step.js";

/** @typedef {"open" | "accepted" | "rejected" | "answered"} RowState */
/** @typedef {{ id: string, score: Score, other: string | undefined, now: RowState }} Row */
/** @type {Record<RowState, string>} */
const STATES = {
  open: "",
  accepted: "accepted",
  rejected: "rejected",
  answered: "you chose another",
};
const GUESS = "Suggested: this one.";

/** What was suggested before more pictures were asked for. */
const before = ofRound(() => /** @type {[id: string, score: Score][]} */ ([]));

/** Are pictures of the round being drawn, or do some wait for their turn? */
const unfinished = () => drawing() || state.round?.complete === false;

/** @param {RoundsParts} parts */
export function mountSuggestion({ suggestion: card }) {
  whenever(
    () => (unfinished() ? null : state.suggested),
    (now) => {
      if (now) before.value = [...now];
    },
  );
  hideWhile(card, () => state.project?.judges === true);
  render(html`<${Suggestion} card=${card} />`, card);
}

/** @param {{ card: HTMLElement }} props */
function Suggestion({ card }) {
  const rows = before.value.map(rowOf);
  useKeptFocus(card, "data-verdict"); // rows have no key: the next best stands in the place of one rejected
  useLayoutEffect(() => {
    card.style.height = ""; // it was that of the rows before
  }, [rows.map(({ id }) => id).join()]);
  return html`<div class="card-head">
      <h2>${rows.length || unfinished() || !state.round?.shortlist ? "Suggestion" : "Shortlist"}</h2>
      <span data-part="suggestion-note">${noteWords(rows.length)}</span>
    </div>
    <div class="suggestion-scroll scroll" onClick=${keepHeight(card)}>
      ${rows.length && !unfinished() ? html`<p class="suggestion-words">${state.round?.summary}</p>` : null}
      ${rows.length || unfinished() ? null : html`<${Shortlist} />`}
      <ol>
        ${rows.map((row) => html`<${Line} ...${row} />`)}
        ${notes(rows.length > 0).map((words) => html`<li class="suggestion-words">${words}</li>`)}
      </ol>
      <${How} chapter="suggestions" />
    </div>`;
}

/**
 * The explanation scrolls within the card: it takes no room from the map above.
 * @param {HTMLElement} card
 */
const keepHeight =
  (card) =>
  (/** @type {{ target: EventTarget }} */ { target }) => {
    const how = target instanceof Element && target.closest("summary")?.parentElement;
    if (!(how instanceof HTMLDetailsElement)) return;
    const limited = getComputedStyle(card).maxHeight !== "none"; // elsewhere the whole page scrolls
    card.style.height = how.open || !limited ? "" : `${card.getBoundingClientRect().height}px`;
  };

/**
 * What is said below the rows, or in their place.
 * @param {boolean} anyRows
 */
function notes(anyRows) {
  if (drawing()) return [emptyWords()].filter(Boolean);
  const told = anyRows || Boolean(state.round?.shortlist);
  const summary = told && !unfinished() ? "" : state.round?.summary || emptyWords();
  const detectors = detectorNote(state.round, [...state.candidates.values()]);
  return [summary, state.round?.check ?? "", detectors].filter(Boolean);
}

/** The images to choose from where nothing is suggested. */
const listed = () => state.round?.shortlist?.images ?? [];

/** Accept the first image of the shortlist; the next one takes its place. */
export function acceptListed() {
  const [first] = listed().filter(({ candidate_id: id }) => verdictOf(id) === "undecided");
  if (!first || unfinished()) return;
  setFocus(first.candidate_id, "suggestion");
  decide([first.candidate_id], "accepted");
}

/** Accepts the images that bring what the model does not hold yet; nothing where there are none. */
export function AddThese() {
  const ids = [...(state.round?.shortlist?.additions ?? [])];
  if (!ids.length) return null;
  const words = ids.length > 1 ? `Add these ${ids.length}` : "Add this one";
  return html`<${Button} data-answer="add" onClick=${() => decide(ids, "accepted")}>${words}<//>`;
}

/** What can be chosen where nothing is suggested, and what another round is worth. */
function Shortlist() {
  const { shortlist } = state.round ?? {};
  if (!shortlist) return null;
  const measured = state.measures?.words.rounds[state.roundId ?? ""];
  return html`<section class="shortlist" aria-label="Shortlist">
    <p class="suggestion-words">
      <b>${shortlist.title}.</b> ${unbroken(shortlist.why)} ${shortlist.bring}
    </p>
    <${AddThese} />
    <p class="suggestion-words">
      ${unbroken(shortlist.sentence)}
      ${listed().length ? html`<span class="by-key"> <kbd>S</kbd> accepts the first one.</span>` : null}
    </p>
    <ol>
      ${listed().map(
        (one, i) =>
          html`<${ListedImage}
            key=${one.candidate_id} ...${one} isNext=${!i && nextStep() === "choose"}
          />`,
      )}
    </ol>
    <p class="suggestion-words">
      ${unbroken((figures.value ? measured?.left : measured?.left_plain) ?? "")}${" "}
      ${unbroken(figures.value ? shortlist.worth : shortlist.worth_plain)}
    </p>
  </section>`;
}

/** @param {{ candidate_id: string, reason: string, plain: string, isNext: boolean }} props */
function ListedImage({ candidate_id: id, reason, plain, isNext }) {
  const candidate = state.candidates.get(id);
  if (!candidate) return null;
  const now = verdictOf(id) === "accepted" ? "accepted" : "open";
  return html`<${RowOf} ...${{ id, now }} shown=${id} prompt=${candidate.prompt}>
    <span class="suggestion-text">
      <b translate=${false}>${candidate.head}</b>
      <span>${unbroken(figures.value ? reason : plain)}</span>
    </span>
    <button
      type="button" class=${isNext ? "button small" : "quiet"} data-next=${isNext ? "" : null}
      title="Accept" aria-label="Accept: ${candidate.prompt}"
      onClick=${() => decide([id], "accepted")}
    >✓</button>
    <button
      type="button" class="quiet leave" title="Reject" aria-label="Reject: ${candidate.prompt}"
      onClick=${() => decide([id], "rejected")}
    >✕</button>
  <//>`;
}

/**
 * A row whose image, `shown`, is found in the grid by its small one.
 * @param {{ id: string, now: RowState, shown: string, prompt: string, children?: unknown }} props
 */
const RowOf = ({ id, now, shown, prompt, children }) => html`<li
  class="suggestion-row" data-verdict=${now} data-candidate=${id}
  onPointerEnter=${() => setHover(shown, "suggestion")} onPointerLeave=${() => setHover(null, "suggestion")}
>
  <button
    type="button" class="suggestion-face" aria-label="Show ${prompt} in the grid"
    onClick=${() => setFocus(shown, "suggestion")} onDblClick=${() => enlarge(shown)}
  ><img src=${thumbnail(shown)} alt="" width="46" height="46" /></button>
  ${children}
</li>`;

/** @param {number} rows */
function noteWords(rows) {
  if (!rows || unfinished()) return "";
  if (!openSuggestions().length) return rows === 1 ? "✓ Reviewed" : `✓ All ${rows} reviewed`;
  return `${rows} of ${count(state.scores.length, "test prompt")}`;
}

/**
 * A suggestion with what a person made of it; `other` is another accepted picture of its test prompt.
 * @param {[id: string, score: Score]} suggested
 * @returns {Row}
 */
export function rowOf([id, score]) {
  const anchorOf = (/** @type {string} */ one) => state.candidates.get(one)?.anchor_id;
  const other = [...state.verdicts.keys()].find(
    (one) => one !== id && verdictOf(one) === "accepted" && anchorOf(one) === score.anchor_id,
  );
  const verdict = verdictOf(id);
  const now =
    verdict === "accepted" ? verdict : other ? "answered" : verdict === "rejected" ? verdict : "open";
  return { id, score, other, now };
}

function emptyWords() {
  if (loading()) return "";
  if (drawing())
    return before.value.length
      ? "More images are being generated. Suggestions update when they are done."
      : "Suggestions appear when all images are generated.";
  if (state.scores.length)
    return state.round?.refines
      ? "Images accepted in the previous round still count. Accept more here, or continue."
      : "";
  return "Once all images are generated, each of the most uncertain prompts gets a suggestion.";
}

/** @param {Row} row */
function Line({ id, score, other, now }) {
  const shown = (now === "answered" && other) || id;
  const plain = plainWords(score, now);
  return html`<${RowOf} ...${{ id, now, shown }} prompt=${score.prompt}>
    <span class="suggestion-text">
      <b><span translate=${false}>${score.head}</span>${
        STATES[now] && html`<em class="verdict">${STATES[now]}</em>`
      }</b>
      ${plain && html`<span class="suggestion-plain">${plain}</span>`}
      <span
        class=${plain ? "suggestion-reason has-plain" : "suggestion-reason"}
        title=${score.why ? `${score.reason}\nWhy this image: ${score.why}` : score.reason}
      >${unbroken(score.reason)}${score.left_out ? ` This is ${score.why}` : null}</span>
    </span>
    ${now === "answered" || unfinished() ? null : leaveButton(id, score, now)}
  <//>`;
}

/**
 * "Sometimes a pencil, sometimes your cat. Suggested: this one." Of what comes after a rejected one,
 * why.
 * @param {Score} score
 * @param {RowState} now
 */
export function plainWords(score, now) {
  const { plain } = score;
  if (!plain) return "";
  return now === "open" ? `${plain}. ${score.left_out ? `This is ${score.why}` : GUESS}` : `${plain}.`;
}

/**
 * @param {string} id
 * @param {Score} score
 * @param {RowState} now
 */
function leaveButton(id, score, now) {
  const out = now === "rejected";
  return html`<button
    type="button" class="quiet leave" title=${out ? "Put it back" : "Reject, and suggest another (Ctrl+Z)"}
    aria-label="${out ? "Put back" : "Reject"}: ${score.prompt}"
    onClick=${() => decide([id], out ? "undecided" : "rejected")}
  >${out ? "↺" : "✕"}</button>`;
}
