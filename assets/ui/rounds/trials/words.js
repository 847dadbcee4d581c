/** The words of *Try a prompt*. */
/** @import { Trial } from "payloads" */
import { typedNumber } from "../../kit/format.js";

/**
 * What a picture was drawn with, in one line.
 * @param {Trial} trial
 */
export const trialFacts = (trial) => `${trial.round_name} · ${settingsOf(trial)}`;

/**
 * The same without the round.
 * @param {Pick<Trial, "seed" | "guidance" | "recipe">} trial
 */
export function settingsOf({ seed, guidance, recipe }) {
  return [`seed ${seed}`, `guidance ${guidance}`, recipe.words].filter(Boolean).join(" · ");
}

const LARGEST_SEED = 2n ** 63n - 1n; // that the store can hold

/**
 * Whether the values of the form can be drawn; a sentence about the first one that cannot.
 * @param {{ prompt: string, seed: string, guidance: string }} form
 */
export function formProblem({ prompt, seed, guidance }) {
  if (!prompt.trim()) return "Write what the image is to show.";
  if (!/^\d{1,19}$/.test(seed.trim()) || BigInt(seed) > LARGEST_SEED)
    return "The seed is a whole number, such as 7.";
  if (!within(guidance, 30)) return "Guidance is a number from 0 to 30.";
  return "";
}

/**
 * @param {string} text
 * @param {number} most
 */
const within = (text, most) => text.trim() !== "" && typedNumber(text) >= 0 && typedNumber(text) <= most;
