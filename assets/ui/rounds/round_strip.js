/** The round strip: a chip for the references and one per round; a click opens the round. */
/** @import { Project, RoundChip } from "../app/payloads.d.ts" */
/** @import { RoundsParts } from "../app/parts.d.ts" */
/**
 * @typedef {{ id: string | null, title: string, note: string, current: boolean, image: string | null,
 *   from?: string | null, refined?: boolean, gain?: ReturnType<typeof chipGain> }} Chip
 */
import { state, on } from "../app/store.js";
import { openRound, openStep } from "../app/session.js";
import { el, reference, repeats, setText } from "../kit/dom.js";
import { count } from "../kit/format.js";
import { address } from "../app/urls.js";
import { roundNote } from "./round_note.js";
import { chipGain } from "../measures/words.js";
import { pending, unreachable, write } from "../app/writes.js";

/** @param {RoundsParts} parts */
export function mountStrip(parts) {
  parts.branch.addEventListener("click", () => branch(parts.branch));
  on("project rounds round received queue measures", () => show(parts));
  on("verdicts", () => show(parts));
  on("writes", () => kept(parts));
  on("forget", () => show(parts));
}

/**
 * Re-render only when the chips have changed.
 * @param {RoundsParts} parts
 */
function show(parts) {
  const { project } = state;
  const chips = project
    ? [referenceChip(project), ...state.rounds.map((round) => roundChip(project, round))]
    : [];
  kept(parts);
  parts.branch.hidden = !state.rounds.some((round) => round.parent_id === state.roundId);
  if (repeats(parts.strip, chips)) return;
  parts.strip.replaceChildren(
    ...chips.flatMap((chip, i) => {
      const node = draw(chip);
      return i ? [el("span", { class: "then", "aria-hidden": "true" }, "›"), node] : [node];
    }),
  );
  if (parts.strip.dataset.shown === String(state.roundId)) return;
  parts.strip.dataset.shown = String(state.roundId);
  parts.strip.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/**
 * @param {Project} project
 * @returns {Chip}
 */
function referenceChip({ references }) {
  return {
    id: null,
    title: "Reference",
    note: count(references.length, "picture"),
    image: references[0] ? reference(references[0].id) : null,
    current: false,
  };
}

/**
 * @param {Project} project
 * @param {RoundChip} round
 * @returns {Chip}
 */
function roundChip(project, round) {
  const current = round.id === state.roundId;
  const accepted = current ? acceptedNow() : round.accepted;
  const step = current && state.round ? state.round.step : round.step;
  const refined = round.kind === "refine";
  const from = parentNote(round);
  return {
    id: round.id,
    title: `${from ? "⎇ " : ""}${round.name}`,
    from,
    note: roundNote(round, { step, accepted, current, rounds: state.rounds, queue: state.queue }),
    current,
    refined,
    gain: chipGain(state.measures, round.id),
    image: round.cover
      ? address("thumb", round.cover)
      : project.references[0]
        ? reference(project.references[0].id)
        : null,
  };
}

function acceptedNow() {
  let n = 0;
  for (const verdict of state.verdicts.values()) if (verdict === "accepted") n += 1;
  return n;
}

/** @param {Chip} chip */
function draw(chip) {
  return el(
    "button",
    {
      type: "button",
      class: "chip-round",
      "aria-current": chip.current ? "true" : null,
      title: [chip.from, chip.gain?.title].filter(Boolean).join(". ") || null,
      on: { click: () => (chip.id === null ? openStep("reference") : openRound(chip.id)) },
    },
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
        chip.title,
        chip.gain?.best ? el("span", { class: "chip-best", title: "The best round so far" }, " ★") : null,
      ),
      el("span", { class: "chip-note" }, chip.note, chip.gain ? gainNote(chip.gain) : null),
    ),
  );
}

/** @param {NonNullable<Chip["gain"]>} gain */
const gainNote = ({ text, change, verdict }) =>
  el("span", { class: "chip-gain" }, ` · ${text}`, change ? el("b", { data: { verdict } }, change) : null);

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

/**
 * "Continues from ..." for a round whose parent is not the previous chip.
 * @param {RoundChip} round
 */
function parentNote(round) {
  const before = state.rounds[state.rounds.indexOf(round) - 1];
  const parent = state.rounds.find((other) => other.id === round.parent_id);
  if (before?.id === round.parent_id || !before) return null;
  return `Continues from ${parent ? parent.name : "the reference"}`;
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
