/** A notification of the browser when long work ends and the page is not seen; off until allowed. */
/** @import { Queue, QueuedJob } from "payloads" */
import { keep, kept } from "../kit/kept.js";

const KEY = "gal-studio-notify";
const LONG = 60_000; // ms that a job must have run while this page was open

/** When each running job was first seen. @typedef {Map<string, { job: QueuedJob, since: number }>} Running */

/**
 * The jobs that have ended since the last look, each in a sentence; stopped and paused ones are not.
 * @param {Running} running is brought up to date
 * @param {Queue} queue
 * @param {number} now ms
 * @returns {string[]}
 */
export function endedWork(running, { working, waiting, halted }, now) {
  /** @type {string[]} */
  const sentences = [];
  const there = new Set([...working, ...waiting].map(({ id }) => id));
  for (const [id, { job, since }] of running) {
    if (there.has(id)) continue;
    running.delete(id);
    const stopped = halted.find((one) => one.id === id);
    if (now - since < LONG || (stopped && stopped.state !== "error")) continue;
    sentences.push(`${job.title} ${stopped ? "failed" : "is done"}: ${job.project_name}, ${job.round_name}`);
  }
  for (const job of working) if (!running.has(job.id)) running.set(job.id, { job, since: now });
  return sentences;
}

const wanted = () => kept(KEY) === "on";

export const canNotify = () => "Notification" in globalThis;
export const notifies = () => canNotify() && Notification.permission === "granted" && wanted();

/** Ask the browser for its permission, or be silent again; whether notifications come now. */
export async function toggleNotify() {
  const on = !notifies() && (await Notification.requestPermission()) === "granted";
  return keep(KEY, on ? "on" : null) && on;
}

/** @type {Running} */
const running = new Map();

/** @param {Queue} queue */
export function notifyOf(queue) {
  const sentences = endedWork(running, queue, performance.now());
  if (!document.hidden || !notifies()) return;
  for (const words of sentences) {
    const shown = new Notification("GAL Studio", { body: words, tag: words });
    shown.onclick = () => window.focus();
  }
}
