/** The round strip: a chip for the references and a tree of chips, one for each round; a click opens one. */
/** @import { ChipWords, Project } from "payloads" */
/** @import { RoundsParts } from "../../app/types/parts.d.ts" */
/** @import { Place } from "./tree.js" */
/**
 * @typedef {{ id: string | null, title: string, note: string, current: boolean, image: string | null,
 *   place: Omit<Place, "round">, from?: string, aside?: boolean, refined?: boolean, starred?: boolean,
 *   empty?: boolean, gain?: ChipWords }} Chip
 */
import { state, byItself, counts, loaded } from "../../app/store.js";
import { openRound, openStep } from "../../app/session.js";
import { el, reference } from "../../kit/dom.js";
import { count } from "../../kit/format.js";
import { html, useKeptFocus } from "../../kit/html.js";
import { partsIn } from "../../kit/places.js";
import { render, useLayoutEffect } from "../../vendor/preact.min.js";
import { address } from "../../app/urls.js";
import { doubtOf } from "../../results/doubt.js";
import { whatIf } from "../what_if.js";
import { roundNote } from "./round_note.js";
import { rowsOf, treeOf } from "./tree.js";
import { ArchiveButton, archiveRound, MoreButton } from "./menu.js";
import { pending, unreachable } from "../../app/writes.js";

/** By whom. */
const BEST = ["The best round so far, by the benchmark", "The round that you chose in blind pairs"];

/** @param {RoundsParts} parts */
export function mountStrip(parts) {
  const { strip } = parts;
  const tools = el("span", { class: "strip-tools" });
  strip.after(tools);
  render(html`<${Chips} strip=${strip} />`, strip);
  render(html`<${BranchButton} />${partsIn("strip")}<${ArchiveButton} />`, tools);
  render(html`<${Saved} />`, parts.kept);
  new ResizeObserver(() => bringCurrent(strip)).observe(strip); // others come and go beside it
}

/** @param {{ strip: HTMLElement }} props */
function Chips({ strip }) {
  const { project } = state;
  const places = project ? treeOf(state.rounds) : [];
  useKeptFocus(strip, "data-round");
  useLayoutEffect(() => {
    strip.toggleAttribute("data-branched", rowsOf(places) > 1);
    const laid = `${state.roundId} ${strip.scrollWidth}`; // a chip grows when its figures come
    if (strip.dataset.shown !== laid) bringCurrent(strip);
    strip.dataset.shown = laid;
  });
  const chips = project
    ? [referenceChip(project), ...places.map((place) => roundChip(project, place, places))]
    : [];
  return chips.map((chip) => html`<${ChipParts} key=${chip.id ?? ""} ...${chip} />`);
}

/** `scrollIntoView` would make Tab begin there, and scroll the page with it. @param {HTMLElement} strip */
function bringCurrent(strip) {
  const chip = strip.querySelector("[aria-current]")?.getBoundingClientRect();
  if (!chip) return;
  const shown = strip.getBoundingClientRect();
  const left = chip.left + chip.width / 2 - shown.left - shown.width / 2;
  strip.scrollBy({ left, top: Math.min(0, chip.top - shown.top) + Math.max(0, chip.bottom - shown.bottom) });
}

/**
 * @param {Project} project
 * @returns {Chip}
 */
function referenceChip({ references }) {
  return {
    id: null,
    title: "Reference",
    note: references.length ? count(references.length, "image") : "no images",
    image: references[0] ? reference(references[0].id) : null,
    current: false,
    place: { column: 0, row: 0, above: 0 },
  };
}

/**
 * @param {Project} project
 * @param {Place} at
 * @param {Place[]} places
 * @returns {Chip}
 */
function roundChip(project, { round, ...place }, places) {
  const current = round.id === state.roundId;
  const isKnown = current && loaded(round.id);
  const accepted = isKnown ? counts().accepted : round.accepted;
  const step = (isKnown && state.round?.step) || round.step;
  const of = (/** @type {string | null} */ id) => places.find((one) => one.round.id === id)?.round;
  const [parent, original] = [of(round.parent_id), of(round.copy_of)];
  return {
    id: round.id,
    title: round.name,
    from: original
      ? `A branch of ${original.name}, with its own choice`
      : place.row > place.above
        ? `Continues from ${parent ? parent.name : "the reference"}`
        : "",
    note: roundNote(round, { step, accepted, current, rounds: state.rounds, queue: state.queue }),
    current,
    aside: round.aside,
    refined: round.refines,
    starred: round.starred,
    empty: round.empty && state.rounds.length > 1,
    gain: state.measures?.words.rounds[round.id]?.chip,
    image: round.cover
      ? address("thumb", round.cover)
      : project.references[0]
        ? reference(project.references[0].id)
        : null,
    place,
  };
}

/** The line from the round before, in columns of its own. @param {Chip["place"]} place */
function line({ column, row, above }) {
  if (!column) return null;
  if (row === above)
    return html`<span class="then" aria-hidden="true" style="grid-area: ${row + 1} / ${2 * column}">›</span>`;
  const area = `grid-area: ${above + 1} / ${2 * column} / ${row + 2} / ${2 * column + 1}`;
  return html`<span class="elbow" aria-hidden="true" style=${area} />`;
}

/** @param {Chip} chip */
function ChipParts(chip) {
  const { id, title, from, gain, current, image, place } = chip;
  const area = `grid-area: ${place.row + 1} / ${2 * place.column + 1}`;
  return html`${line(place)}
    <button
      type="button" class="chip-round" aria-current=${current ? "true" : null} style=${area}
      data-aside=${chip.aside ? "" : null}
      title=${[title, from, gain?.title].filter(Boolean).join(". ")} data-round=${id ?? "reference"}
      onClick=${() => (id === null ? openStep("reference") : openRound(id))}
    >
      <span class="chip-face">
        ${image && html`<img src=${image} alt="" width="36" height="36" />`}
        ${
          chip.refined &&
          html`<i
            class="chip-refined" title="A refinement of the previous round (PatchDPO)" aria-hidden="true"
          />`
        }
      </span>
      <span class="chip-text">
        <span class="chip-title">
          ${chip.starred && html`<span class="chip-star" role="img" aria-label="Starred">★ </span>`}
          <span class="chip-name">${title}</span>
          ${
            gain?.best &&
            !doubtOf(id) &&
            html`<span class="chip-best" title=${BEST[Number(state.measures?.by_eye ?? false)]}>best</span>`
          }
        </span>
        <span class="chip-note">${chip.note}${gain && html`<${Gain} ...${gain} />`}</span>
      </span>
    </button>
    ${id !== null && html`<${Tools} ...${chip} area=${area} />`}`;
}

/**
 * What can be done with a round: an untouched branch goes in one step, for others there is a menu.
 * @param {{ id: string, title: string, empty: boolean, current: boolean, area: string }} props
 */
const Tools = ({ id, title, empty, current, area }) => html`<span
  class="chip-tools" style=${area} data-current=${current ? "" : null} data-round=${id}
>
  <${MoreButton} id=${id} title=${title} />
  ${
    empty &&
    html`<button
      type="button" class="quiet chip-remove" title="Remove ${title}: nothing was done in it yet"
      aria-label="Remove ${title}" onClick=${() => archiveRound(id)}
    >✕</button>`
  }
</span>`;

/** @param {ChipWords} gain */
const Gain = ({ text, change }) =>
  html`<span class="chip-gain">
    ${text}
    ${change && html`<b data-verdict=${change.verdict}>${change.text}</b>`}</span>`;

/** Starts a second line of rounds from the current one. */
function BranchButton() {
  const hidden = byItself() || !state.rounds.some((round) => round.parent_id === state.roundId);
  return html`<button
    type="button" class="button branch" data-part="branch" hidden=${Boolean(hidden)} onClick=${whatIf}
    title="Begin a second branch here, with other images, settings or another seed"
  >⎇ What if?</button>`;
}

function Saved() {
  if (!state.project) return null;
  if (!pending.value) return "All changes saved";
  return unreachable.value ? `${count(pending.value, "change")} not saved yet` : "Saving…";
}
