/** The action bar: the one next step stands out; what cannot be done yet says why. */
/** @import { Round } from "../app/payloads.d.ts" */
/** @import { RoundsParts } from "../app/parts.d.ts" */
/** @import { Action } from "./action_list.js" */
import { state, on, emit, busy, verdictOf } from "../app/store.js";
import { openRound, refresh } from "../app/session.js";
import { write } from "../app/writes.js";
import { refinementShown, showSide } from "../refine/refine.js";
import { el, setAttribute, setText } from "../kit/dom.js";
import { ACTIONS } from "./action_list.js";
import { unfinished, jobName } from "../top/job_words.js";

/** @type {Record<string, (round: Round) => string>} */
const HINTS = {
  resume: () =>
    `${state.job ? jobName(state.job.kind) : "The work"} is not done: Resume, at the top, goes on where it stopped.`,
  fine_tune: () => "Teaches the model your reference and all accepted pictures.",
  pairs: () => "Draws a picture beside each of yours and judges it area by area.",
  train: () => "Look at the heat maps, paint over what is wrong, then train.",
  generate: ({ pool, expected }) =>
    !pool.length
      ? "No test prompt is left to draw: add some on the first screen, or switch some on."
      : refining()
        ? "Draws the same prompts and seeds again, and measures the difference."
        : `Draws ${expected} pictures for each of ${pool.length} test prompts.`,
  accept: () =>
    refinementShown()
      ? "Compare, then choose among the candidates or take the suggestion."
      : "Click pictures to accept them, or take the suggestion.",
  next_round: () =>
    refining() ? (state.refinement?.rule_words ?? "") : "The next round learns from what was accepted.",
};
/** @type {Partial<Record<string, string>>} */
const STEPS = { pairs: "pairs", review: "train", refine: "train", generate: "generate" };
let sending = false;

/** @param {RoundsParts} parts */
export function mountActions(parts) {
  const buttons = ACTIONS.map((action) => ({
    ...action,
    button: el(
      "button",
      {
        type: "button",
        class: "button",
        data: { action: action.name },
        on: { click: () => act(action) },
      },
      action.label,
    ),
  }));
  parts.actions.append(...buttons.map(({ button }) => button));
  parts.keys.append(
    ...[
      ["A", "accept"],
      ["R", "reject"],
      ["C", "compare"],
      ["H", "heat map"],
      ["Ctrl Z", "undo"],
      ["?", "keys"],
    ].map(([key, what]) => el("span", {}, el("kbd", {}, key), ` ${what}`)),
  );
  const update = () => show(buttons, parts.hint);
  on("side round refinement job busy scores verdicts candidates cleared forget", update);
  update();
}

const refining = () => state.round?.kind === "refine";

/**
 * Why an action is not open now, or null when it is.
 * @param {string} name
 * @returns {string | null}
 */
function closed(name) {
  const { round } = state;
  if (!round) return "Open a project first";
  if (busy()) return "The studio is at work: wait, or press Stop";
  if (name === "generate" && !round.trained)
    return refining() ? "Train on the pairs first" : "Fine-tune first";
  if (name === "generate" && round.complete) return "All pictures of this round are drawn";
  if (name === "accept") {
    if (!state.suggested.size) return "There is no suggestion yet";
    if (![...state.suggested.keys()].some((id) => verdictOf(id) === "undecided"))
      return "Every suggested picture is decided";
  }
  if (name === "next_round" && !state.candidates.size) return "Generate candidates first";
  if (name === "train" && !pairsReady()) return "Make the comparison pairs first";
  return name === "refine" ? closedRefinement(round) : null;
}

/** @param {Round} round */
function closedRefinement({ complete }) {
  if (!state.candidates.size || !complete)
    return "Generate first: a refinement is compared with the pictures of this round";
  if (state.project?.kind === "style" && !acceptedSomewhere()) {
    return "Accept a picture first: the pairs of a style are accepted pictures beside new ones of the same prompt";
  }
  return null;
}

/** Is anything accepted in this round or in one above it? */
function acceptedSomewhere() {
  if ([...state.verdicts.values()].includes("accepted")) return true;
  for (let round = above(state.roundId); round; round = above(round.id)) if (round.accepted) return true;
  return false;
}

/** @param {string | null} id */
const above = (id) =>
  state.rounds.find((round) => round.id === state.rounds.find((child) => child.id === id)?.parent_id);

/** Was anything painted over the pairs of a refinement that is trained already? Then it can be trained again. */
const paintedSince = () => Boolean(state.refinement?.pairs.some((pair) => pair.painted));

function pairsReady() {
  const pairs = state.refinement?.pairs ?? [];
  return pairs.length > 0 && pairs.every((pair) => pair.maps);
}

/**
 * Buttons that would only be in the way now.
 * @param {string} name
 */
function aside(name) {
  const complete = Boolean(state.round?.complete);
  if (!refining()) return false;
  if (name === "pairs") return pairsReady() || complete;
  if (name === "again") return !complete;
  if (name === "accept") return !state.candidates.size;
  return complete && ["whole", "train", "generate"].includes(name) && !(name === "train" && paintedSince());
}

/** The next step as the store sees it, corrected by decisions that are still on their way. */
function nextStep() {
  if (unfinished(state.job) && state.job?.round_id === state.roundId) return "resume";
  const step = (refining() && STEPS[state.refinement?.step ?? ""]) || (state.round?.step ?? "");
  if (!["accept", "next_round"].includes(step)) return step;
  const accepted = [...state.candidates.keys()].some((id) => verdictOf(id) === "accepted");
  return closed("accept") === null ? "accept" : accepted ? "next_round" : step;
}

/**
 * @param {(Action & { button: HTMLButtonElement })[]} buttons
 * @param {HTMLElement} hint
 */
function show(buttons, hint) {
  const next = busy() ? null : nextStep();
  const kind = state.round?.kind ?? "fine_tune";
  for (const { name, title, kinds, button } of buttons) {
    const why = closed(name);
    button.hidden = !kinds.includes(kind) || aside(name);
    button.disabled = why !== null || sending;
    setAttribute(button, "title", why ?? title);
    setAttribute(button, "data-next", name === next && why === null ? "" : null);
  }
  setText(hint, next && state.round ? (HINTS[next]?.(state.round) ?? "") : "");
}

/**
 * The round that an action leads to and that is there already: a second line is what Branch is for.
 * @param {string} name
 */
function childOf(name) {
  const kind = name === "next_round" ? "fine_tune" : name === "refine" ? "refine" : null;
  return kind && state.rounds.findLast((round) => round.parent_id === state.roundId && round.kind === kind);
}

/** @param {Action} action */
async function act({ name, change }) {
  if (sending) return;
  const child = childOf(name);
  if (child) return openRound(child.id);
  if (name === "accept") showSide("candidates");
  sending = true;
  emit("busy");
  const round = state.roundId;
  try {
    const answer = await write(change, { round });
    const next = answer && "round" in answer ? answer.round : round;
    if (next !== null && next !== round && state.roundId === round) openRound(next);
    await refresh();
  } finally {
    sending = false;
    emit("busy");
  }
}
