/**
 * The request queue for writes. Changes are sent in order, in batches, and stay queued until the server
 * accepts or rejects them. Each change has an id that makes it idempotent, so a batch can be retried safely.
 * The queue is persisted in session storage for the next page of this tab, and sent when the page unloads.
 * A poll that was sent while a change was pending may be stale: its verdicts and settings are ignored (see
 * `writeMark`).
 */
/** @import { Asked, WriteAnswers, WriteRequests } from "payloads" */
import { keep, kept, ofTab, ofWorkspace, workspace } from "../kit/kept.js";
import { fromStudio, inTime, NotTheStudio } from "./answers.js";
import { signal } from "../vendor/signals.min.js";
import { clearErrors, toast } from "../kit/toast.js";

const PATH = "writes";
const [RETRY_DELAY, SLOW_RETRY] = [1000, 3000]; // ms between tries; slow while a person has to mend something
const MAX_BATCH = 1_000_000; // bytes; the server accepts 1 MiB
const MAX_KEEPALIVE = 60_000; // bytes; browsers limit the body of a keepalive request
const REJECTED = [400, 413];
const REFUSED = 403; // for what stands between page and studio: the changes are kept until that is mended
const storageKey = () => ofWorkspace("gal-studio-writes");
const BY_ITSELF = new Set(["look"]); // not a person's act: its success does not answer an error
const PERSIST_DELAY = 50; // ms after a change of the queue
/**
 * One write; the server applies each id at most once.
 * @typedef {{ id: string, name: string, request: object }} Change
 */
/** @typedef {{ error?: string }} WriteAnswer */
/** @type {{ change: Change, done: (answer: WriteAnswer | null) => void, since: number }[]} */
const queue = [];
let enqueued = 0;
let sending = false;
let room = MAX_BATCH; // less behind a proxy that lets less pass
let blocked = false; // until a person has mended something
let signingIn = false;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let persistTimer;

/**
 * Enqueue a change; resolves with the server's answer, or with null when the server rejects it.
 * @template {keyof WriteAnswers} Name
 * @param {Name} name
 * @param {Asked<WriteRequests[Name]>} request
 * @param {string} [id] that of an earlier page, if it may have sent the same change
 * @returns {Promise<WriteAnswers[Name] | null>}
 */
export function write(name, request, id = newId()) {
  // the answer is not validated
  return new Promise((done) =>
    enqueue({ id, name, request }, (answer) => done(/** @type {WriteAnswers[Name] | null} */ (answer))),
  );
}

/** Number of unanswered changes. */
export const pending = signal(0);
export const unreachable = signal(false);
/** @type {Set<() => void>} */
const unsaved = new Set();

/** Call `save` before the page goes, until the returned function is called. @param {() => void} save */
export function beforeLeaving(save) {
  unsaved.add(save);
  return () => unsaved.delete(save);
}

/**
 * Call before a poll; the returned function says whether the response includes all changes made so far, and
 * whether none was made since.
 */
export function writeMark() {
  const mark = enqueued;
  const idle = !queue.length;
  return () => ({ upToDate: idle && enqueued === mark, untouched: enqueued === mark });
}

/** A random id; `crypto.randomUUID` exists only in secure contexts. */
export const newId = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/**
 * @param {Change} change
 * @param {(answer: WriteAnswer | null) => void} done
 */
function enqueue(change, done) {
  enqueued += 1;
  queue.push({ change, done, since: performance.now() });
  persistSoon();
  pending.value = queue.length;
  if (!sending) send();
}

/**
 * Persist the queue for the next page of this tab. This is not left to the unload events, because browsers
 * may discard a page without them.
 */
function persist() {
  clearTimeout(persistTimer);
  persistTimer = undefined;
  keep(storageKey(), queue.length ? JSON.stringify(queue.map(({ change }) => change)) : null, ofTab);
}

function persistSoon() {
  persistTimer ??= setTimeout(persist, PERSIST_DELAY);
}

async function send() {
  sending = true;
  for (let batch = firstChanges(room); batch.length; batch = firstChanges(room)) {
    blocked = false;
    const answers = await sendBatch(batch);
    unreachable.value = !answers;
    if (answers) settle(queue.splice(0, batch.length), answers);
    else await new Promise((done) => setTimeout(done, blocked ? SLOW_RETRY : RETRY_DELAY));
    persistSoon();
    pending.value = queue.length;
  }
  sending = false;
}

/**
 * The first changes of the queue that may be sent and fit into `room` bytes; at least one if there is any.
 * @param {number} room
 */
function firstChanges(room) {
  let left = room - 2;
  /** @param {{ change: Change }} one */
  const fits = ({ change }) => {
    left -= size(change);
    return left >= 0;
  };
  const end = queue.findIndex((one) => !fits(one));
  return queue.slice(0, end < 0 ? queue.length : Math.max(1, end)).map(({ change }) => change);
}

/** @param {Change} change */
const size = (change) => new TextEncoder().encode(JSON.stringify(change)).length + 1;
/**
 * @param {Change[]} changes
 * @param {RequestInit} [options]
 */
const post = (changes, options) =>
  fromStudio(PATH, {
    method: "POST",
    headers: { "Content-Type": "application/json", "GAL-Studio-Workspace": workspace() },
    body: JSON.stringify(changes),
    ...options,
  });

/**
 * Send a batch; resolves with its answers, or with null when it must be retried.
 * @param {Change[]} changes
 * @returns {Promise<WriteAnswer[] | null>}
 */
async function sendBatch(changes) {
  try {
    const answer = await inTime(post(changes));
    if (answer.ok) return await answer.json();
    if (REJECTED.includes(answer.status)) return rejectAll(changes, await answer.text());
    if (answer.status === 401) signIn();
    if (answer.status === REFUSED) tellBlocked(await answer.text());
  } catch (error) {
    if (error instanceof NotTheStudio) return elsewhere(changes, error);
  }
  return null;
}

/**
 * The answers to a batch that did not reach the studio; null when it must be sent again.
 * @param {Change[]} changes
 * @param {NotTheStudio} error
 */
function elsewhere(changes, error) {
  if (error.tooLarge && changes.length === 1) return rejectAll(changes, error.message);
  if (error.tooLarge) room = Math.floor(JSON.stringify(changes).length / 2);
  else if (!error.passes) tellBlocked(error.message);
  return null;
}

/** @param {string} sentence said at each try, until a person has mended what it names */
function tellBlocked(sentence) {
  blocked = true;
  toast(sentence, "offline");
}

/** The session has expired: reload once to sign in. The next page restores the queue. */
function signIn() {
  if (!signingIn) location.reload();
  signingIn = true;
}

/**
 * @param {Change[]} changes
 * @param {string} error
 */
const rejectAll = (changes, error) => changes.map(() => ({ error }));

/**
 * @param {typeof queue} changes
 * @param {WriteAnswer[]} answers
 */
function settle(changes, answers) {
  for (const [i, { change, done, since }] of changes.entries()) {
    if (answers[i].error) toast(answers[i].error, "error");
    else if (!BY_ITSELF.has(change.name)) clearErrors(since);
    done(answers[i].error ? null : answers[i]);
  }
}

function leave() {
  for (const save of unsaved) save();
  persist();
}

// Warn before the tab closes if one keepalive request cannot send the queue.
addEventListener("beforeunload", (event) => {
  leave();
  if (
    queue.length &&
    (unreachable.value ||
      firstChanges(MAX_KEEPALIVE).length < queue.length ||
      size(queue[0].change) > MAX_KEEPALIVE)
  )
    event.preventDefault();
});

addEventListener("pagehide", () => {
  leave();
  if (queue.length) post(firstChanges(MAX_KEEPALIVE), { keepalive: true }).catch(() => {});
});

/** Restore and send the changes that the previous page of this tab left unsent. */
export function resumePending() {
  /** @type {Change[]} */
  const changes = JSON.parse(kept(storageKey(), ofTab) ?? "[]");
  for (const change of changes) enqueue(change, () => {});
}
