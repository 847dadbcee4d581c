/**
 * Drafts of painted masks that are not saved yet: the brush was closed, or the server rejected the change.
 * Keyed by what was painted over, for example "part ID". They live until the page is reloaded.
 */
/** @import { Runs } from "payloads" */
/** @type {Map<string, Runs>} */
const drafts = new Map();

/** @param {string} key */
export const draftOf = (key) => drafts.get(key) ?? null;

/**
 * Fetch the stored value. When a draft was saved during the request, the response may be stale: fetch again.
 * @template Stored
 * @param {string} key
 * @param {() => Promise<Stored>} ask
 */
export async function askStored(key, ask) {
  const before = draftOf(key);
  const answer = await ask();
  return before && !draftOf(key) ? ask() : answer;
}

/**
 * @param {string} key
 * @param {Runs} runs
 */
export function keepDraft(key, runs) {
  drafts.set(key, runs);
}

/**
 * Discard the draft after these runs were saved, unless it has changed since.
 * @param {string} key
 * @param {Runs} runs
 */
export function draftKept(key, runs) {
  if (JSON.stringify(drafts.get(key)) === JSON.stringify(runs)) drafts.delete(key);
}
