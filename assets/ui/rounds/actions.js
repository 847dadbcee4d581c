/** The action bar: highlights the next step; disabled actions explain why. */
/** @import { Round, RoundKind } from "payloads" */
/** @import { RoundsParts } from "../app/types/parts.d.ts" */
import { state, on, emit, busy, openSuggestions } from "../app/store.js";
import { openRound, refresh } from "../app/session.js";
import { write } from "../app/writes.js";
import { refinementShown, showSide } from "../refine/refine.js";
import { ask } from "../kit/ask.js";
import { el, makeButton, setAttribute, setText } from "../kit/dom.js";
import { about, inSentence } from "../kit/format.js";
import { byItself } from "../measures/replay_words.js";
import { planLine } from "../top/plan_line.js";
import { questionBefore } from "./questions.js";
import { askReferences } from "./references_again.js";
import { useWithoutTraining } from "./without_training.js";
import { notApplicable, childOf, closed, nextStep, refining, roundWaits } from "./next_step.js";

/**
 * A button of the bar: the write that it sends, and the kinds of rounds that it applies to.
 * @typedef {{ name: string, label: string, title: string, change: Change, kinds: RoundKind[], job?: string }}
 *   Action
 * @typedef {"run_round" | "instant_round" | "export_round" | "fine_tune" | "make_pairs" | "refine"
 *   | "generate" | "run_refinement" | "accept" | "next_round" | "run_job"} Change
 */

/** @type {Action[]} */
const ACTIONS = [
  {
    name: "instant",
    label: "Generate without training",
    title: "Generate images of all test prompts with your references alone, as Round 0",
    change: "instant_round",
    kinds: ["fine_tune"],
  },
  {
    name: "once_more",
    label: "Reference strength…",
    title: "Generate Round 0 again, with your references given more or less strongly",
    change: "instant_round",
    kinds: ["instant"],
  },
  {
    name: "keep",
    label: "Use without training…",
    title: "Stay with this round: generate any prompt with your references, or take them to another program",
    change: "export_round",
    kinds: ["instant"],
  },
  {
    name: "run",
    label: "Run round",
    title: "Fine-tune, generate and measure, one after the other; each can be paused or stopped",
    change: "run_round",
    kinds: ["fine_tune"],
  },
  {
    name: "fine_tune",
    label: "Fine-tune",
    title: "Train the model on your references and all accepted images",
    change: "fine_tune",
    kinds: ["fine_tune"],
  },
  {
    name: "pairs",
    label: "Make comparison pairs",
    title: "Generate an image beside each of yours and judge it area by area",
    change: "make_pairs",
    kinds: ["refine"],
  },
  {
    name: "train",
    label: "Train on these pairs",
    title: "Learn from the good areas, and from what the images lost of the reference",
    change: "refine",
    kinds: ["refine"],
  },
  {
    name: "generate",
    label: "Generate",
    title: "Generate images for each test prompt",
    change: "generate",
    kinds: ["fine_tune", "refine", "instant"],
  },
  {
    name: "whole",
    label: "Run all steps",
    title: "Make the pairs, train on them and generate the images, one after the other",
    change: "run_refinement",
    kinds: ["refine"],
  },
  {
    name: "accept",
    label: "Accept suggestion",
    title: "Accept all suggested images",
    change: "accept",
    kinds: ["fine_tune", "refine", "instant"],
  },
  {
    name: "refine",
    label: "Refine with PatchDPO",
    title:
      "Correct the model area by area: compare your images with generated ones, " +
      "then train on the difference",
    change: "make_pairs",
    kinds: ["fine_tune"],
  },
  {
    name: "again",
    label: "Refine again",
    title: "Another refinement of the same round: with other images accepted, or other settings",
    change: "make_pairs",
    kinds: ["refine"],
  },
  {
    name: "next_round",
    label: "Next round ›",
    title: "Start the next round with what was accepted: it is trained and generated at once",
    change: "next_round",
    kinds: ["fine_tune", "refine", "instant"],
  },
];
/** @type {Record<string, (round: Round) => string>} */
const HINTS = {
  resume: () =>
    `${state.job?.title ?? "The work"} is not finished: Resume, at the top, continues where it stopped.`,
  replay: () => byItself(state.replays),
  run: (round) =>
    [round.trained ? "" : "Teaches the model your reference and all accepted images.", drawn(round)]
      .filter(Boolean)
      .join(" "),
  fine_tune: () => "Teaches the model your reference and all accepted images.",
  pairs: () => "Generates an image beside each of yours and judges it area by area.",
  train: () => "Look at the heat maps, paint over what is wrong, then train.",
  generate: (round) =>
    refining() ? "Generates the same prompts and seeds again, and measures the difference." : drawn(round),
  accept: () =>
    refinementShown()
      ? "Compare, then choose images or accept the suggestion."
      : "Click images to accept them, or accept the suggestion.",
  next_round: () => {
    const child = childOf("next_round");
    if (child) return `${child.name} learns from what was accepted here.`;
    if (refining()) return state.refinement?.next_round_rule ?? "";
    if ([...state.verdicts.values()].includes("accepted"))
      return `The next round learns from what was accepted${takes(state.round?.ahead.next_seconds)}.`;
    return state.round?.kind === "instant" ? WITHOUT_TRAINING : NOTHING_ACCEPTED;
  },
};
const NOTHING_ACCEPTED = "Nothing is accepted here: the next round would learn the same again.";
const WITHOUT_TRAINING =
  "Accept images for the next round, or generate more without training under Try a prompt.";
/** @param {number | null | undefined} seconds */
const takes = (seconds) => (seconds ? `, ${about(seconds)}` : "");
/** @param {Round} round */
const drawn = ({ pool, each, most }) =>
  pool.length
    ? most < each * pool.length
      ? `Generates up to ${most} images of ${pool.length} test prompts, more where they are needed.`
      : `Generates ${each} images for each of ${pool.length} test prompts.`
    : "No test prompt is left to generate: add some on the first screen, or switch some on.";
let sending = false;

/** @param {RoundsParts} parts */
export function mountActions(parts) {
  /** @param {Action} action */
  const made = (action) => ({
    ...action,
    button: makeButton({ class: "button", data: { action: action.name } }, () => act(action), action.label),
  });
  let buttons = ACTIONS.map(made);
  parts.actions.append(...buttons.map(({ button }) => button));
  on("project", () => {
    const known = new Set(buttons.map(({ name }) => name));
    const more = offered().filter(({ name }) => !known.has(name));
    if (!more.length) return;
    const added = more.map(made);
    parts.actions.append(...added.map(({ button }) => button));
    buttons = [...buttons, ...added];
  });
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
  on(
    "project step side round measures replays refinement job queue busy scores verdicts candidates cleared " +
      "forget",
    update,
  );
  update();
}

/**
 * The kinds of jobs that say themselves what their button is.
 * @returns {Action[]}
 */
const offered = () =>
  (state.project?.jobs ?? []).map(({ kind, button, hint }) => ({
    name: kind,
    label: button,
    title: hint,
    change: "run_job",
    kinds: ["fine_tune", "refine", "instant"],
    job: kind,
  }));

/**
 * @param {(Action & { button: HTMLButtonElement })[]} buttons
 * @param {HTMLElement} hint
 */
function show(buttons, hint) {
  const next = busy() || roundWaits() ? null : nextStep();
  const kind = state.round?.kind ?? "fine_tune";
  for (const { name, title, kinds, button } of buttons) {
    const why = closed(name);
    button.hidden = !kinds.includes(kind) || notApplicable(name);
    button.disabled = why !== null || sending;
    setAttribute(button, "title", why ?? title);
    setAttribute(button, "data-next", name === next && why === null ? "" : null);
    if (name === "accept") {
      setText(button, acceptWords());
      setAttribute(button, "data-done", answered() ? "" : null);
    }
    if (name === "next_round") setText(button, nextWords());
  }
  setAttribute(hint, "aria-live", next ? "polite" : "off"); // the time left would be spoken at every poll
  setText(hint, next && state.round ? (HINTS[next]?.(state.round) ?? "") : busyWords());
  setAttribute(hint, "title", hint.textContent); // where the line has no room
}

/** What runs now and comes after it. */
const busyWords = () =>
  (busy() || roundWaits()) && state.job ? planLine(state.job, state.queue.waiting, state.projectId) : "";

/** Is every suggestion answered? */
const answered = () => state.suggested.size > 0 && !openSuggestions().length;

/** The label of Accept suggestion, or that there is nothing left to accept. */
const acceptWords = () => (answered() ? "✓ Suggestions reviewed" : "Accept suggestion");

/** The label of Next round: it starts one, or goes to the one that is there. */
function nextWords() {
  const child = childOf("next_round");
  return child ? `Go to ${inSentence(child.name)} ›` : "Next round ›";
}

/** @param {Action} action */
async function act({ name, change: usual, job }) {
  if (sending) return;
  const child = childOf(name);
  if (child) return openRound(child.id);
  if (name === "keep") return useWithoutTraining();
  const references = name === "once_more" ? await askReferences() : undefined;
  if (references === null) return;
  const question = questionBefore(name, state.round, [...state.verdicts.values()].includes("accepted"));
  const answered = question ? await ask(question) : usual;
  if (!answered) return;
  const change = /** @type {Change} */ (answered); // each answer is named by the change that it sends
  if (name === "accept") showSide("candidates");
  sending = true;
  emit("busy");
  const round = state.roundId;
  try {
    const answer = await write(
      change,
      name === "accept"
        ? { round, candidates: openSuggestions() }
        : references
          ? { round, references }
          : job
            ? { round, kind: job }
            : { round },
    );
    const next = answer && "round" in answer ? answer.round : round;
    if (next !== null && next !== round && state.roundId === round) openRound(next);
    await refresh();
  } finally {
    sending = false;
    emit("busy");
  }
}
