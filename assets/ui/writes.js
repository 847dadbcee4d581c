/**
 * Writes leave one after another in the order of the clicks, so none overtakes or replaces another.
 * A poll that was asked for before a write ended may be older than the write: its verdicts are not used.
 */
import { emit } from "./store.js";

let chain = Promise.resolve();
let started = 0;
let ended = 0;

export function write(send) {
  started += 1;
  emit("writes");
  chain = chain.then(send).catch(console.error).finally(() => {
    ended += 1;
    emit("writes");
  });
  return chain;
}

/** How many writes have not reached the store yet. */
export const pending = () => started - ended;

/** Taken before a poll leaves: does its answer know all writes when it comes back? */
export function writeMark() {
  const mark = started;
  const quiet = started === ended;
  return () => quiet && started === mark;
}
