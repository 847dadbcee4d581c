/**
 * What the page changes. Changes wait in the order of the clicks, leave in lists, and stay until the studio has
 * answered them; only a refusal ends one otherwise. Each carries an id, by which the studio knows what it did
 * already, so that a list can be sent again whatever became of it. What waits is noted for the page that comes
 * next in this tab; a page that goes away sends it as well.
 * A poll that was asked for before a change was answered may be older than the change: its verdicts are not used.
 */
/** @import { WriteAnswers } from "./payloads_calls.d.ts" */
import { emit } from "./store.js";
import { clearErrors, toast } from "../kit/toast.js";

const PATH = "/writes";
const PAUSE = 1000; // ms between two tries while the studio is away
const MOST = 4_000_000; // letters of a list; the studio takes 16 MiB
const FAREWELL = 60_000; // bytes that a browser sends for a page that is gone
const REFUSALS = [400, 413]; // what else stands between us and the studio may say something else
const LEFT = "gal-studio-writes";
const NOTED = 50; // ms after which a change is noted
/**
 * One change for the studio; its id tells the studio what it did already.
 * @typedef {{ id: string, name: string, request: object }} Change
 */
/** @typedef {{ error?: string }} WriteAnswer */
/** @type {{ change: Change, done: (answer: WriteAnswer | null) => void, since: number }[]} */
const waiting = [];
let started = 0;
let sending = false;
let away = false;
let ended = false; // the session
/** @type {ReturnType<typeof setTimeout> | undefined} */
let noting;

/**
 * Ask for one change; resolves with the studio's answer, or with null when it refused.
 * @template {keyof WriteAnswers} Name
 * @param {Name} name
 * @param {object} request
 * @returns {Promise<WriteAnswers[Name] | null>}
 */
export function write(name, request) {
  // the studio's answer to a change of this name is taken at its word
  return new Promise((done) =>
    wait({ id: newId(), name, request }, (answer) => done(/** @type {WriteAnswers[Name] | null} */ (answer))),
  );
}

/** How many changes wait for their answer, and whether the studio did not answer when it was asked last. */
export const pending = () => waiting.length;
export const unreachable = () => away;

/** Taken before a poll leaves: does its answer know all changes when it comes back? */
export function writeMark() {
  const mark = started;
  const quiet = !waiting.length;
  return () => quiet && started === mark;
}

/** `crypto.randomUUID` is there on secure pages alone. */
const newId = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/**
 * @param {Change} change
 * @param {(answer: WriteAnswer | null) => void} done
 */
function wait(change, done) {
  started += 1;
  waiting.push({ change, done, since: performance.now() });
  noteSoon();
  emit("writes");
  if (!sending) send();
}

/** Leave what waits to the next page of this tab. It is done while all is well: a busy browser ends pages without a word. */
function note() {
  clearTimeout(noting);
  noting = undefined;
  try {
    if (waiting.length) sessionStorage.setItem(LEFT, JSON.stringify(waiting.map(({ change }) => change)));
    else sessionStorage.removeItem(LEFT);
  } catch {
    /* no room, or not allowed: what is sent at the end must do */
  }
}

function noteSoon() {
  noting ??= setTimeout(note, NOTED);
}

async function send() {
  sending = true;
  while (waiting.length) {
    const some = beginning(MOST);
    const answers = await answered(some);
    away = !answers;
    if (answers) take(waiting.splice(0, some.length), answers);
    else await new Promise((done) => setTimeout(done, PAUSE));
    noteSoon();
    emit("writes");
  }
  sending = false;
}

/**
 * The first changes that fit into so many bytes, at least one.
 * @param {number} room
 */
function beginning(room) {
  let left = room - 2;
  /** @param {{ change: Change }} one */
  const fits = ({ change }) => {
    left -= size(change);
    return left >= 0;
  };
  const end = waiting.findIndex((one) => !fits(one));
  return waiting.slice(0, end < 0 ? waiting.length : Math.max(1, end)).map(({ change }) => change);
}

/** @param {Change} change */
const size = (change) => new TextEncoder().encode(JSON.stringify(change)).length + 1;
/**
 * @param {Change[]} changes
 * @param {RequestInit} [options]
 */
const post = (changes, options) =>
  fetch(PATH, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(changes),
    ...options,
  });

/**
 * The answers to a list; null when there was none.
 * @param {Change[]} changes
 * @returns {Promise<WriteAnswer[] | null>}
 */
async function answered(changes) {
  try {
    const answer = await post(changes);
    if (answer.ok) return await answer.json();
    if (REFUSALS.includes(answer.status)) return refused(changes, await answer.text());
    if (answer.status === 401) signIn();
  } catch {
    /* the studio is away */
  }
  return null;
}

/** The session has ended: the page asks to sign in, and goes on with what waits; asked once, whatever the person says. */
function signIn() {
  if (!ended) location.reload();
  ended = true;
}

/**
 * A list that the studio does not take as a whole.
 * @param {Change[]} changes
 * @param {string} error
 */
const refused = (changes, error) => changes.map(() => ({ error }));

/**
 * @param {typeof waiting} changes
 * @param {WriteAnswer[]} answers
 */
function take(changes, answers) {
  for (const [i, { done, since }] of changes.entries()) {
    if (answers[i].error) toast(answers[i].error, "error");
    else clearErrors(since);
    done(answers[i].error ? null : answers[i]);
  }
}

/** A closed tab ends what cannot be sent on its behalf; `leaving` lets others say first what is to be kept. */
addEventListener("beforeunload", (event) => {
  emit("leaving");
  note();
  if (
    waiting.length &&
    (away || beginning(FAREWELL).length < waiting.length || size(waiting[0].change) > FAREWELL)
  )
    event.preventDefault();
});

addEventListener("pagehide", () => {
  emit("leaving");
  note();
  if (waiting.length) post(beginning(FAREWELL), { keepalive: true }).catch(() => {});
});

/** What the page before this one could not bring to its end. */
export function goOn() {
  let left = null;
  try {
    left = sessionStorage.getItem(LEFT);
  } catch {
    /* not allowed */
  }
  /** @type {Change[]} what `note` wrote */
  const noted = JSON.parse(left ?? "[]");
  for (const change of noted) wait(change, () => {});
}
