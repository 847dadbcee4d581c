/** The action bar: the one next step stands out; what cannot be done yet says why. */
import { state, on, emit, busy, verdictOf } from "./store.js";
import { call, openRound, refresh } from "./session.js";
import { write } from "./writes.js";
import { el, setAttribute, setText } from "./dom.js";

const ACTIONS = [
  ["fine_tune", "Fine-tune", "Train the model on the references and all accepted pictures"],
  ["generate", "Generate", "Draw the candidates of each anchor"],
  ["accept", "Accept suggestion", "Accept the suggested picture of each suggested anchor"],
  ["next_round", "Next round ›", "Start the next round with what was accepted"],
];
const HINTS = {
  fine_tune: () => "Teaches the model your reference and all that was accepted.",
  generate: () => `Draws ${state.round.expected} pictures for each of ${state.round.pool.length} anchors.`,
  accept: () => "Click pictures to accept them, or take the suggestion.",
  next_round: () => "The next round learns from what was accepted.",
};
let sending = false;

export function mountActions(parts) {
  const buttons = new Map(ACTIONS.map(([name, label]) => [name, el("button", {
    type: "button", class: "button", data: { action: name }, on: { click: () => act(name) },
  }, label)]));
  parts.actions.append(...buttons.values());
  parts.keys.append(...[["A", "accept"], ["R", "reject"], ["C", "compare"], ["Ctrl Z", "undo"], ["?", "keys"]]
    .flatMap(([key, what]) => [el("kbd", {}, key), ` ${what} `]));
  const update = () => show(buttons, parts.hint);
  on("round job busy scores verdicts candidates cleared forget", update);
  update();
}

/** Why an action is not open now, or null when it is. */
function closed(name) {
  const { round } = state;
  if (!round) return "Open a project first";
  if (busy()) return "The studio is at work: wait, or press Stop";
  if (name === "generate" && !round.trained) return "Fine-tune first";
  if (name === "generate" && round.complete) return "All pictures of this round are drawn";
  if (name === "accept") {
    if (!state.suggested.size) return "There is no suggestion yet";
    if (![...state.suggested.keys()].some((id) => verdictOf(id) === "undecided")) return "Every suggested picture is decided";
  }
  if (name === "next_round" && !state.candidates.size) return "Generate candidates first";
  return null;
}

/** The next step as the store sees it, corrected by decisions that are still on their way. */
function nextStep() {
  const step = state.round?.step;
  if (!["accept", "next_round"].includes(step)) return step;
  const accepted = [...state.candidates.keys()].some((id) => verdictOf(id) === "accepted");
  return closed("accept") === null ? "accept" : accepted ? "next_round" : step;
}

function show(buttons, hint) {
  const next = busy() ? null : nextStep();
  for (const [name, , title] of ACTIONS) {
    const button = buttons.get(name);
    const why = closed(name);
    button.disabled = why !== null || sending;
    setAttribute(button, "title", why ?? title);
    setAttribute(button, "data-next", name === next && why === null ? "" : null);
  }
  setText(hint, next ? HINTS[next]?.() ?? "" : "");
}

async function act(name) {
  if (sending) return;
  const child = name === "next_round" && state.rounds.findLast((round) => round.parent_id === state.roundId);
  if (child) return openRound(child.id); // a second line is what Branch is for
  sending = true;
  emit("busy");
  const round = state.roundId;
  try {
    await write(async () => {
      const answer = await call("rounds", name, { round });
      if (answer?.round && answer.round !== round) openRound(answer.round);
    });
    await refresh();
  } finally {
    sending = false;
    emit("busy");
  }
}
