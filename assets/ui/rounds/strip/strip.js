/** The round strip: a chip for the references and a tree of chips, one for each round; a click opens one. */
/** @import { Project, RoundSummary } from "payloads" */
/** @import { RoundsParts } from "../../app/types/parts.d.ts" */
/** @import { Place } from "./tree.js" */
/**
 * @typedef {{ id: string | null, title: string, note: string, current: boolean, image: string | null,
 *   place: Omit<Place, "round">, from?: string, refined?: boolean, starred?: boolean, empty?: boolean,
 *   gain?: ReturnType<typeof chipGain> }} Chip
 */
import { state, on } from "../../app/store.js";
import { openRound, openStep } from "../../app/session.js";
import { el, focusKept, focusedIn, makeButton, reference, repeats, setText } from "../../kit/dom.js";
import { count } from "../../kit/format.js";
import { address } from "../../app/urls.js";
import { roundNote } from "./round_note.js";
import { rowsOf, treeOf } from "./tree.js";
import { archiveRound, makeArchive, moreButton } from "./menu.js";
import { chipGain } from "../../measures/words.js";
import { pending, unreachable, write } from "../../app/writes.js";

/** @param {RoundsParts} parts */
export function mountStrip(parts) {
  parts.branch.addEventListener("click", () => branch(parts.branch));
  const archive = makeArchive();
  parts.branch.after(archive.node);
  const update = () => show(parts, archive);
  on("project rounds round received queue measures replays verdicts forget archived", update);
  on("writes", () => kept(parts));
  new ResizeObserver(() => bringCurrent(parts.strip)).observe(parts.strip); // others come and go beside it
}

/**
 * Re-render only when the chips have changed.
 * @param {RoundsParts} parts
 * @param {ReturnType<typeof makeArchive>} archive
 */
function show(parts, archive) {
  const { project } = state;
  const places = treeOf(state.rounds);
  const chips = project
    ? [referenceChip(project), ...places.map((place) => roundChip(project, place, places))]
    : [];
  kept(parts);
  archive.update();
  parts.branch.hidden =
    Boolean(state.replays?.own) || !state.rounds.some((round) => round.parent_id === state.roundId);
  if (repeats(parts.strip, chips)) return;
  const keep = focusedIn(parts.strip)?.dataset.keep;
  const { scrollLeft, scrollTop } = parts.strip;
  parts.strip.toggleAttribute("data-branched", rowsOf(places) > 1);
  parts.strip.replaceChildren(...chips.flatMap((chip) => [...line(chip), draw(chip), ...tools(chip)]));
  parts.strip.scrollTo(scrollLeft, scrollTop); // an emptied list forgets how far it was scrolled
  focusKept(parts.strip, keep);
  const laid = `${state.roundId} ${parts.strip.scrollWidth}`; // a chip grows when its figures come
  if (parts.strip.dataset.shown === laid) return;
  parts.strip.dataset.shown = laid;
  bringCurrent(parts.strip);
}

/** @param {HTMLElement} strip */
function bringCurrent(strip) {
  strip.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
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
  const accepted = current ? acceptedNow() : round.accepted;
  const step = current && state.round ? state.round.step : round.step;
  const parent = places.find((other) => other.round.id === round.parent_id)?.round;
  return {
    id: round.id,
    title: round.name,
    from: place.row > place.above ? `Continues from ${parent ? parent.name : "the reference"}` : "",
    note: roundNote(round, { step, accepted, current, rounds: state.rounds, queue: state.queue }),
    current,
    refined: round.kind === "refine",
    starred: round.starred,
    empty: round.empty && state.rounds.length > 1,
    gain: chipGain(state.measures, round.id),
    image: round.cover
      ? address("thumb", round.cover)
      : project.references[0]
        ? reference(project.references[0].id)
        : null,
    place,
  };
}

function acceptedNow() {
  let n = 0;
  for (const verdict of state.verdicts.values()) if (verdict === "accepted") n += 1;
  return n;
}

/**
 * The grid area of a chip or of what belongs to it; lines have columns of their own.
 * @param {Chip} chip
 */
const areaOf = ({ place: { column, row } }) => `grid-area: ${row + 1} / ${2 * column + 1}`;

/**
 * The line from the round before.
 * @param {Chip} chip
 */
function line({ place: { column, row, above } }) {
  if (!column) return [];
  if (row === above) {
    const area = `grid-area: ${row + 1} / ${2 * column}`;
    return [el("span", { class: "then", "aria-hidden": "true", style: area }, "›")];
  }
  const area = `grid-area: ${above + 1} / ${2 * column} / ${row + 2} / ${2 * column + 1}`;
  return [el("span", { class: "elbow", "aria-hidden": "true", style: area })];
}

/** @param {Chip} chip */
function draw(chip) {
  return makeButton(
    {
      class: "chip-round",
      "aria-current": chip.current ? "true" : null,
      style: areaOf(chip),
      title: [chip.title, chip.from, chip.gain?.title].filter(Boolean).join(". ") || null,
      data: { keep: `chip ${chip.id}` },
    },
    () => (chip.id === null ? openStep("reference") : openRound(chip.id)),
    el(
      "span",
      { class: "chip-face" },
      chip.image ? el("img", { src: chip.image, alt: "", width: 36, height: 36 }) : null,
      chip.refined
        ? el("i", {
            class: "chip-refined",
            title: "A refinement of the round before it (PatchDPO)",
            "aria-hidden": "true",
          })
        : null,
    ),
    el(
      "span",
      { class: "chip-text" },
      el(
        "span",
        { class: "chip-title" },
        chip.starred ? el("span", { class: "chip-star", role: "img", "aria-label": "Starred" }, "★ ") : null,
        el("span", { class: "chip-name" }, chip.title),
        chip.gain?.best
          ? el("span", { class: "chip-best", title: "The best round so far, by the benchmark" }, "best")
          : null,
      ),
      el("span", { class: "chip-note" }, chip.note, chip.gain ? gainNote(chip.gain) : null),
    ),
  );
}

/**
 * What can be done with a round: an untouched branch goes in one step, for others there is a menu.
 * @param {Chip} chip
 */
function tools(chip) {
  const { id, title, empty } = chip;
  if (id === null) return [];
  const remove = makeButton(
    {
      class: "quiet chip-remove",
      title: `Remove ${title}: nothing was done in it yet`,
      "aria-label": `Remove ${title}`,
      data: { keep: `remove ${id}` },
    },
    () => archiveRound(id),
    "✕",
  );
  return [
    el(
      "span",
      { class: "chip-tools", style: areaOf(chip), "data-current": chip.current },
      moreButton(id, title),
      empty ? remove : null,
    ),
  ];
}

/** @param {NonNullable<Chip["gain"]>} gain */
const gainNote = ({ text, change, verdict }) =>
  el("span", { class: "chip-gain" }, text, change ? el("b", { data: { verdict } }, change) : null);

/**
 * Create another child of the current round.
 * @param {HTMLButtonElement} button
 */
async function branch(button) {
  if (button.disabled) return;
  button.disabled = true;
  const round = state.roundId;
  const answer = await write("branch", { round });
  button.disabled = false;
  if (answer && round === state.roundId) openRound(answer.round);
}

/** @param {RoundsParts} parts */
function kept(parts) {
  const words = !pending()
    ? "All changes saved"
    : unreachable()
      ? `${count(pending(), "change")} ${pending() > 1 ? "wait" : "waits"} for the studio`
      : "Saving…";
  setText(parts.kept, state.project ? words : "");
}
