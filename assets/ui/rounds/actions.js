/** The action bar: the next step, one other action, and a menu of the rest, which says what each does. */
/** @import { Round } from "payloads" */
/** @import { RoundsParts } from "../app/types/parts.d.ts" */
import { state, busy, byItself, loaded, openSuggestions, whenever } from "../app/store.js";
import { openRound, refresh } from "../app/session.js";
import { write } from "../app/writes.js";
import { ask } from "../kit/ask.js";
import { byFinger, setAttribute, setText } from "../kit/dom.js";
import { html, useKeptFocus } from "../kit/html.js";
import { MenuItem, PopoverButton } from "../kit/popovers.js";
import { about, inSentence } from "../kit/format.js";
import { openDownload } from "../results/finish.js";
import { render, useRef } from "../vendor/preact.min.js";
import { signal } from "../vendor/signals.min.js";
import { planLine } from "../top/plan_line.js";
import { questionBefore, sameAgain } from "./questions.js";
import { changesShown, ownShown, reviewShown, showSide } from "./sides.js";
import { childOf, closed, hints, nextStep, roundWaits } from "./next_step.js";

/**
 * A button of the bar; `Actions.there` says which are for a round. It sends a `change`, with the `kind` of a
 * job or round that is `offered`; or what a feature does with what it `asks` for (null: nothing is done),
 * which answers with the round to open; or it acts on the page alone.
 * @typedef {"run_round" | "fine_tune" | "generate" | "accept" | "next_round" | "run_job"
 *   | "make_round"} Change
 * @typedef {(round: string, given: any) => Promise<{ round: string } | null>} Send
 * @typedef {{ name: string, label: string, title: string, isThere?: () => boolean, change?: Change,
 *   kind?: string, beside?: boolean, asks?: () => Promise<unknown>, send?: Send,
 *   act?: () => unknown }} Action `beside`: it stands beside the next step sooner than others do
 */

/** @type {Action[]} */
const ACTIONS = [
  {
    name: "run",
    label: "Run round",
    title: "Train and generate, one after the other; each can be paused or stopped",
    change: "run_round",
  },
  {
    name: "fine_tune",
    label: "Train",
    title: "Train the model on your references and all accepted images",
    change: "fine_tune",
  },
  {
    name: "generate",
    label: "Generate",
    title: "Generate images for each test prompt",
    change: "generate",
  },
  {
    name: "accept",
    label: "Accept all suggestions",
    title: "Accept every suggested image that is not reviewed yet",
    change: "accept",
  },
  {
    name: "next_round",
    label: "Next round ›",
    title: "Train the next round on what you accepted, and generate its images",
    change: "next_round",
  },
  {
    name: "done",
    label: "Finish ›",
    title: "Download the best round: LoRA, trigger words and images",
    act: () => openDownload(),
  },
];

/** Add buttons, before another one or all others. @param {(Action & { before?: string })[]} added */
export function addActions(...added) {
  for (const { before = "run", ...action } of added)
    ACTIONS.splice(
      ACTIONS.findIndex(({ name }) => name === before),
      0,
      action,
    );
}

/** @type {Record<string, (round: Round) => string>} */
const HINTS = {
  resume: () => `${state.job?.title ?? "The work"} has not finished. Press Resume at the top to continue.`,
  by_itself: byItself,
  run: (round) =>
    [round.trained ? "" : "Trains the model on your reference and all accepted images.", drawn(round)]
      .filter(Boolean)
      .join(" "),
  fine_tune: () => "Trains the model on your reference and all accepted images.",
  generate: (round) => drawn(round),
  accept: () =>
    ownShown()
      ? "Compare, then choose images or accept all suggestions."
      : leadsToReview()
        ? "Look at each suggestion, or accept all of them."
        : byFinger()
          ? "Tap an image to enlarge and accept it, or accept all suggestions."
          : "Press ✓ on images that you like, or accept all suggestions.",
  next_round: () => {
    const child = childOf("next_round");
    if (child)
      return child.empty
        ? `${child.name} trains on the images you accepted here.`
        : `${child.name} was trained on these choices. To try others, press What if?`;
    if ([...state.verdicts.values()].includes("accepted"))
      return `The next round trains on the images you accepted${takes(state.round?.next_seconds)}.`;
    return WITHOUT_TRAINING;
  },
  done: () => "Nothing is left to do: take the best one with you. Results compares them.",
  differ: (round) => sameAgain(round),
  choose: (round) => sameAgain(round),
};
const WITHOUT_TRAINING =
  "Accept images for the next round, or generate more without training under Try a prompt.";
const leadsToReview = () => reviewShown() || changesShown();
/** @param {number | null | undefined} seconds */
const takes = (seconds) => (seconds ? `, ${about(seconds)}` : "");
/** @param {Round} round */
const drawn = ({ pool, each, most }) =>
  pool.length
    ? most < each * pool.length
      ? `Generates up to ${most} images of ${pool.length} test prompts, more where they are needed.`
      : `Generates ${each} images for each of ${pool.length} test prompts.`
    : "No test prompts left. Add or enable some under Reference.";
/** Is what was pressed on its way? A double click sends once. */
const sending = signal(false);

/** @param {RoundsParts} parts */
export function mountActions({ actions, hint }) {
  render(html`<${Bar} bar=${actions} />`, actions);
  whenever(
    () => /** @type {const} */ ([hintWords(), next() ? "polite" : "off"]), // no poll speaks the time left
    ([words, live]) => {
      setAttribute(hint, "aria-live", live);
      setText(hint, words);
      setAttribute(hint, "title", words); // where the line has no room
    },
  );
}

/**
 * The kinds of jobs and rounds that say themselves what their button is.
 * @returns {Action[]}
 */
const offered = () =>
  (state.project?.offered ?? []).map(({ change, kind, button: label, hint }) => ({
    name: kind,
    label,
    title: hint,
    change,
    kind,
  }));

/** What stands beside the next step, the most likely first, and then what features name so. */
const BESIDE = ["accept", "next_round", "done", "run"];

/**
 * The next step and one other action stand in the bar, the rest in its menu.
 * @param {{ bar: HTMLElement }} props
 */
function Bar({ bar }) {
  useKeptFocus(bar, "data-action");
  const inBar = useRef(/** @type {ReturnType<typeof divided>} */ ([[], []]));
  if (loaded()) inBar.current = divided([...ACTIONS, ...offered()].filter(applies));
  const [shown, rest] = inBar.current; // while another round loads they stay, and nothing else comes
  return [...shown.map(button), rest.length ? html`<${More} key="more" rest=${rest} />` : null];
}

/**
 * @param {Action[]} all
 * @returns {[shown: Action[], rest: Action[]]}
 */
function divided(all) {
  const named = (/** @type {string} */ name) => all.find((one) => one.name === name) ?? [];
  const first = all.filter((one) => one.beside);
  const open = [...BESIDE, ...[...first, ...all].map(({ name }) => name)].filter(
    (name) => closed(name) === null && !(name === "next_round" && state.project?.judges),
  );
  const shown = [...new Set([nextStep(), ...open].flatMap(named))].slice(0, 2);
  if (!shown.length) shown.push(...[named("run"), all].flat().slice(0, 1)); // says why it cannot be pressed
  return [shown, all.filter((one) => !shown.includes(one))];
}

/** @param {{ rest: Action[] }} props */
const More = ({ rest }) => html`<${PopoverButton}
  class="button more-button" label="More" aria-haspopup="true" panelClass="save-menu more-actions"
  panelLabel="More actions"
>${() =>
  rest.map((action) => {
    const why = closed(action.name);
    return html`<${MenuItem}
      key=${action.name} class="quiet menu-item" data-action=${action.name} disabled=${why !== null}
      act=${() => act(action)}
    >${wordsOf(action)}<small>${(why ?? action.title).replace(/\.?$/, ".")}</small><//>`;
  })}<//>`;

/** @param {Action} action */
function applies({ name, kind, isThere = () => true }) {
  return (kind !== undefined || state.parts.actions?.there.includes(name)) && isThere();
}

/** The action to press next, unless the studio is at work. */
const next = () => (busy() || roundWaits() ? null : nextStep());

function hintWords() {
  const step = next();
  if (!step || !state.round) return busyWords();
  const said = hints.map((hint) => hint(step)).find((words) => words !== undefined);
  return said ?? HINTS[step]?.(state.round) ?? "";
}

/** @param {Action} action */
function button(action) {
  const { name, title } = action;
  const why = closed(name);
  const isNext = name === next() && why === null && !(name === "accept" && leadsToReview());
  return html`<button
    type="button" key=${name} class="button" data-action=${name} title=${why ?? title}
    disabled=${why !== null} data-next=${isNext ? "" : null} onClick=${() => act(action)}
  >${wordsOf(action)}</button>`;
}

/** @param {Action} action */
const wordsOf = ({ name, label }) => (name === "next_round" ? nextWords() : label);

function busyWords() {
  const { job, queue, projectId, roundId, rounds } = state;
  if (!job || !(busy() || roundWaits())) return "";
  const other = job.round_id !== roundId && rounds.find(({ id }) => id === job.round_id);
  const accepted = state.round?.trains_on.length;
  return planLine(job, queue.waiting, projectId, other ? other.name : undefined, accepted);
}

/** The label of Next round: it starts one, or goes to the one that is there. */
function nextWords() {
  const child = childOf("next_round");
  return child ? `Go to ${inSentence(child.name)} ›` : "Next round ›";
}

/** @param {Action} action */
async function act({ name, change: usual = "run_job", kind, asks, send, act: instead }) {
  if (sending.value) return;
  const child = childOf(name);
  if (child) return openRound(child.id);
  if (instead) return instead();
  const round = state.roundId;
  const given = await asks?.();
  if (given === null || sending.value || state.roundId !== round) return;
  const question = questionBefore(name, state.round, [...state.verdicts.values()].includes("accepted"));
  const answered = question ? await ask(question) : usual;
  if (!answered) return;
  const change = /** @type {Change} */ (answered); // each answer is named by the change that it sends
  if (name === "accept" && ownShown()) showSide("candidates");
  sending.value = true;
  try {
    const more = name === "accept" ? { candidates: openSuggestions() } : kind ? { kind } : {};
    const answer = await (send && round ? send(round, given) : write(change, { round, ...more }));
    const next = answer && "round" in answer ? answer.round : round;
    if (next !== null && next !== round && state.roundId === round) openRound(next);
    await refresh();
  } finally {
    sending.value = false;
  }
}
