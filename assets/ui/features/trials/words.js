/** The words of *Try a prompt*. */
/** @import { Queue, Trial } from "payloads" */
import { about, typedNumber } from "../../kit/format.js";

/** What an image waits for that is not generated yet, and how long. @param {Queue} queue */
export function waitingWords({ working }) {
  const other = working.find(({ kind }) => kind !== "try");
  if (!other) return "Waiting to be generated…";
  const { title, round_name: round, project_name: project, expected_seconds: seconds } = other;
  const left = seconds === null ? "" : `, ${about(seconds)}`;
  return `Waits for ${title.toLowerCase()}, ${round} of ${project}${left}`;
}

/** What a picture was drawn with, in one line. @param {Trial} trial */
export const trialFacts = (trial) => `${trial.round_name} · ${settingsOf(trial)}`;

/**
 * The same without the round.
 * @param {Pick<Trial, "seed" | "guidance" | "recipe" | "negative">} trial
 * @param {string} [between]
 */
export function settingsOf({ seed, guidance, recipe, negative }, between = " · ") {
  return [`seed ${seed}`, `guidance ${guidance}`, recipe.words, negative && `not “${negative}”`]
    .filter(Boolean)
    .join(between);
}

const LARGEST_SEED = 2n ** 63n - 1n; // that the store can hold

/**
 * Whether the values of the form can be drawn; a sentence about the first one that cannot.
 * @param {{ prompt: string, seed: string, guidance: string, count?: string, strengths?: string }} form
 */
export function formProblem({ prompt, seed, guidance, count = "1", strengths = "" }) {
  if (!prompt.trim()) return "Write what the image should show.";
  if (!/^\d{1,19}$/.test(seed.trim()) || BigInt(seed) > LARGEST_SEED)
    return "The seed is a whole number, such as 7.";
  if (!/^([1-9]|1[0-6])$/.test(count.trim())) return "Seeds is a whole number from 1 to 16.";
  if (!within(guidance, 30)) return "Guidance is a number from 0 to 30.";
  const grid = strengthsIn(strengths);
  if (grid.length > MOST_STRENGTHS || grid.some((one) => !(one >= 0 && one <= 2)))
    return `The grid takes up to ${MOST_STRENGTHS} strengths from 0 to 2, such as 0.4 0.7 1.`;
  return "";
}

const MOST_STRENGTHS = 10;

/** The different numbers of a line such as "0.4, 0.7 1"; NaN for what is none. @param {string} text */
export const strengthsIn = (text) => [
  ...new Set(
    text
      .split(/[\s;]+/)
      .map((one) => one.replace(/,$/, ""))
      .filter(Boolean)
      .map(typedNumber),
  ),
];

/**
 * @param {string} text
 * @param {number} most
 */
const within = (text, most) => text.trim() !== "" && typedNumber(text) >= 0 && typedNumber(text) <= most;
