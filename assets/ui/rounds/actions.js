/** The action bar: the one next step stands out; what cannot be done yet says why. */
import { state, on, emit, busy, verdictOf } from "../app/store.js";
import { openRound, refresh } from "../app/session.js";
import { write } from "../app/writes.js";
import { refinementShown, showSide } from "../refine/refine.js";
import { el, setAttribute, setText } from "../kit/dom.js";
import { unfinished } from "../top/job_words.js";

/** name, label, what it does, the handler that it calls, the kinds of rounds that it stands in. */
const ACTIONS = [
  [
    "fine_tune",
    "Fine-tune",
    "Train the model on your references and all accepted pictures",
    "fine_tune",
    "fine_tune",
  ],
  [
    "pairs",
    "Make comparison pairs",
    "Draw a picture beside each of yours and judge it area by area",
    "make_pairs",
    "refine",
  ],
  [
    "train",
    "Train on these pairs",
    "Learn from the good areas, and from what the pictures lost of the reference",
    "refine",
    "refine",
  ],
  ["generate", "Generate", "Draw pictures for each test prompt", "generate", "fine_tune refine"],
  [
    "whole",
    "Run all steps",
    "Make the pairs, train on them and draw the pictures, one after the other",
    "run_refinement",
    "refine",
  ],
  ["accept", "Accept suggestion", "Accept all suggested pictures", "accept", "fine_tune refine"],
  [
    "refine",
    "Refine with PatchDPO",
    "Correct the model area by area: compare your pictures with generated ones, then train on the difference",
    "make_pairs",
    "fine_tune",
  ],
  [
    "again",
    "Refine again",
    "Another refinement of the same round: with other pictures accepted, or other settings",
    "make_pairs",
    "refine",
  ],
  [
    "next_round",
    "Next round ›",
    "Start the next round with what was accepted",
    "next_round",
    "fine_tune refine",
  ],
];
const HINTS = {
  resume: () => `${state.job.title} is not done: Resume, at the top, goes on where it stopped.`,
  fine_tune: () => "Teaches the model your reference and all accepted pictures.",
  pairs: () => "Draws a picture beside each of yours and judges it area by area.",
  train: () => "Look at the heat maps, paint over what is wrong, then train.",
  generate: () =>
    !state.round.pool.length
      ? "No test prompt is left to draw: add some on the first screen, or switch some on."
      : refining()
        ? "Draws the same prompts and seeds again, and measures the difference."
        : `Draws ${state.round.expected} pictures for each of ${state.round.pool.length} test prompts.`,
  accept: () =>
    refinementShown()
      ? "Compare, then choose among the candidates or take the suggestion."
      : "Click pictures to accept them, or take the suggestion.",
  next_round: () =>
    refining() ? (state.refinement?.rule_words ?? "") : "The next round learns from what was accepted.",
};
const STEPS = { pairs: "pairs", review: "train", refine: "train", generate: "generate" };
let sending = false;

export function mountActions(parts) {
  const buttons = new Map(
    ACTIONS.map(([name, label]) => [
      name,
      el(
        "button",
        {
          type: "button",
          class: "button",
          data: { action: name },
          on: { click: () => act(name) },
        },
        label,
      ),
    ]),
  );
  parts.actions.append(...buttons.values());
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

/** Why an action is not open now, or null when it is. */
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
  return name === "refine" ? closedRefinement() : null;
}

function closedRefinement() {
  if (!state.candidates.size || !state.round.complete)
    return "Generate first: a refinement is compared with the pictures of this round";
  if (state.project.kind === "style" && !acceptedSomewhere()) {
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

const above = (id) =>
  state.rounds.find((round) => round.id === state.rounds.find((entry) => entry.id === id)?.parent_id);

/** Was anything painted over the pairs of a refinement that is trained already? Then it can be trained again. */
const paintedSince = () => Boolean(state.refinement?.pairs.some((pair) => pair.painted));

const pairsReady = () =>
  Boolean(state.refinement?.pairs.length) && state.refinement.pairs.every((pair) => pair.maps);

/** Buttons that would only be in the way now. */
function aside(name) {
  if (!refining()) return false;
  const { complete } = state.round;
  if (name === "pairs") return pairsReady() || complete;
  if (name === "again") return !complete;
  if (name === "accept") return !state.candidates.size;
  return complete && ["whole", "train", "generate"].includes(name) && !(name === "train" && paintedSince());
}

/** The next step as the store sees it, corrected by decisions that are still on their way. */
function nextStep() {
  if (unfinished(state.job) && state.job.round_id === state.roundId) return "resume";
  const step = refining() ? (STEPS[state.refinement?.step] ?? state.round.step) : state.round?.step;
  if (!["accept", "next_round"].includes(step)) return step;
  const accepted = [...state.candidates.keys()].some((id) => verdictOf(id) === "accepted");
  return closed("accept") === null ? "accept" : accepted ? "next_round" : step;
}

function show(buttons, hint) {
  const next = busy() ? null : nextStep();
  const kind = state.round?.kind ?? "fine_tune";
  for (const [name, , title, , kinds] of ACTIONS) {
    const button = buttons.get(name);
    const why = closed(name);
    button.hidden = !kinds.split(" ").includes(kind) || aside(name);
    button.disabled = why !== null || sending;
    setAttribute(button, "title", why ?? title);
    setAttribute(button, "data-next", name === next && why === null ? "" : null);
  }
  setText(hint, next ? (HINTS[next]?.() ?? "") : "");
}

/** The round that an action leads to and that is there already: a second line is what Branch is for. */
function childOf(name) {
  const kind = { next_round: "fine_tune", refine: "refine" }[name];
  return kind && state.rounds.findLast((round) => round.parent_id === state.roundId && round.kind === kind);
}

async function act(name) {
  if (sending) return;
  const child = childOf(name);
  if (child) return openRound(child.id);
  if (name === "accept") showSide("candidates");
  sending = true;
  emit("busy");
  const round = state.roundId;
  const handler = ACTIONS.find((entry) => entry[0] === name)[3];
  try {
    const answer = await write(handler, { round });
    if (answer?.round && answer.round !== round && state.roundId === round) openRound(answer.round);
    await refresh();
  } finally {
    sending = false;
    emit("busy");
  }
}
