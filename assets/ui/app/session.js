/** Server calls, polling, and what is open. */
/** @import { Answers, Asked, Requests } from "payloads" */
/** @import { Server } from "./types/parts.d.ts" */
import { state, busy } from "./store.js";
import { fromStudio, inTime } from "./answers.js";
import { toast, clearErrors } from "../kit/toast.js";
import { writeMark } from "./writes.js";
import { receive, forget, known } from "./apply_poll.js";
import { remember, startPlaces } from "./places.js";
import { batch } from "../vendor/signals.min.js";

const REFRESH_DELAY = 400; // ms
const REFRESH_SPACING = 1500; // ms
/** @type {Map<string, Server>} */
const servers = new Map();
const SIGN_IN = "sign in";
const ACTS = new Set(["captions"]); // of a person: a success answers an error that is shown
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
/** @type {Promise<void> | null} */
let polling = null;

/**
 * @param {string} panel
 * @param {Server} server
 */
export function connect(panel, server) {
  servers.set(panel, server);
}

/**
 * Call a server function of a panel. On an expected error, show a toast and return `null`.
 * @template {keyof Answers} Name
 * @param {string} panel
 * @param {Name} name
 * @param {Asked<Requests[Name]>} request
 * @param {(sentence: string) => void} [refused] is told of an expected error, and of no lost answer
 * @returns {Promise<Answers[Name] | null>}
 */
export async function call(panel, name, request, refused = (sentence) => toast(sentence, "error")) {
  const since = performance.now();
  /** @type {(Answers[Name] & { error?: string }) | null | undefined} */
  let answer;
  try {
    // the response is not validated here
    const asked = servers.get(panel)?.[name](request);
    answer = /** @type {typeof answer} */ (await (name === "poll" && asked ? inTime(asked) : asked));
  } catch {
    /* like an undefined answer, which is how Gradio's client reports most failures */
  }
  if (answer === undefined) return handleNoResponse();
  if (answer?.error) {
    refused(answer.error);
    return null;
  }
  if (ACTS.has(name)) clearErrors(since);
  return answer;
}

/** Handle a missing response: reload to sign in if the session has expired, else say who does not answer. */
async function handleNoResponse() {
  const problem = await unanswered();
  if (problem === SIGN_IN) location.reload();
  else toast(problem || "GAL Studio isn’t responding. The page reconnects by itself.", "offline");
  return null;
}

/**
 * Why the studio does not answer, as a sentence, or `SIGN_IN`; "" if it answers again. An empty batch of
 * changes takes the way of all changes and calls, and does nothing.
 */
export async function unanswered() {
  try {
    const answer = await inTime(fromStudio("writes", { method: "POST", body: "[]" }));
    if (answer.status === 401) return SIGN_IN;
    return answer.ok ? "" : await answer.text();
  } catch (error) {
    return /** @type {Error} */ (error).message;
  }
}

function interval() {
  if (document.hidden) return 4000;
  return busy() ? 1000 : 1500; // changes from other tabs appear within 2 seconds
}

/** Fetch changes once; overlapping calls share one request. */
export function poll() {
  polling ??= requestChanges().finally(() => {
    polling = null;
    clearTimeout(timer);
    timer = setTimeout(poll, interval());
  });
  return polling;
}

/** Poll again after the request in flight, so that the response is not stale. */
export async function refresh() {
  await polling;
  return poll();
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let soon;
let refreshed = -Infinity;
/**
 * Refresh once the changes pause, since what is suggested follows the decisions; while one key follows the
 * other, no more often than the page polls anyway. The last call resolves when the page is up to date.
 * @returns {Promise<void>}
 */
export function refreshSoon() {
  clearTimeout(soon);
  const wait = Math.max(REFRESH_DELAY, refreshed + REFRESH_SPACING - performance.now());
  return new Promise((done) => {
    soon = setTimeout(() => {
      refreshed = performance.now();
      refresh().then(done);
    }, wait);
  });
}

async function requestChanges() {
  const includesChanges = writeMark();
  const requested = [state.projectId, state.roundId].join();
  const sent = known();
  const answer = await call("top", "poll", { project: state.projectId, round: state.roundId, known: sent });
  if (!answer || requested !== [state.projectId, state.roundId].join()) return;
  if (answer.gone) return projectNotFound(answer.gone);
  const before = state.roundId;
  batch(() => receive(answer, { sent, ...includesChanges() }));
  if (before !== state.roundId) remember({ byItself: true });
  if (before && before !== state.roundId) refreshSoon(); // another tab archived the round that was shown
}

/**
 * The URL names a project that does not exist: show an error and return to the first step.
 * @param {string} sentence
 */
function projectNotFound(sentence) {
  toast(sentence, "error");
  closeProject();
}

export function closeProject() {
  batch(() => {
    forget();
    Object.assign(state, { projectId: null, roundId: null, step: "reference" });
  });
  remember({ byItself: true });
}

/**
 * @param {string} projectId
 * @param {{ step?: string, roundId?: string | null }} [options]
 */
export function openProject(projectId, { step = "rounds", roundId = null } = {}) {
  batch(() => {
    forget();
    Object.assign(state, { projectId, roundId, step });
  });
  remember();
  return refresh();
}

/** @param {string} roundId */
export function openRound(roundId) {
  if (roundId === state.roundId) return Promise.resolve();
  batch(() => {
    forget({ keepProject: true });
    state.roundId = roundId;
  });
  remember();
  return refresh();
}

/** @param {string} step */
export function openStep(step) {
  if (step !== "reference" && !state.projectId) return;
  state.step = step;
  remember();
}

/**
 * Show what an address names, as it was loaded or as Back and Forward bring it.
 * @param {import("./address.js").Place} place
 */
function go({ project, round, step }) {
  const other = project !== state.projectId;
  const otherRound = !other && round !== null && round !== state.roundId;
  batch(() => {
    if (other || otherRound) forget({ keepProject: !other });
    if (other) state.projectId = project;
    if (other || otherRound) state.roundId = round;
    if (other || step !== state.step) {
      state.step = step;
    }
  });
  if (other || otherRound) refresh();
}

export function start() {
  document.addEventListener("visibilitychange", () => document.hidden || poll());
  startPlaces(go);
  return refresh();
}
