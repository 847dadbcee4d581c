/** What is asked before an action starts: what it will do, and about how long that takes. */
/** @import { Round } from "payloads" */
import { about, inSentence } from "../kit/format.js";

/**
 * The question before an action; null if it starts at once. Each answer is named by the change that it sends.
 * @param {string} name
 * @param {Round | null} round
 * @param {boolean} accepted is any picture of the round accepted?
 * @returns {import("../kit/ask.js").Asked | null}
 */
export function questionBefore(name, round, accepted) {
  if (!round) return null;
  if (round.repeats && ["run", "fine_tune", "next_round"].includes(name)) return repeating(name, round);
  const nothingNew = name === "next_round" && !accepted && round.tunes;
  return nothingNew ? repeating(name, round) : null;
}

/**
 * What would start would train the same again, and how long that takes.
 * @param {Pick<Round, "repeats">} round
 * @param {string} [takes]
 */
export const sameAgain = ({ repeats }, takes = "") =>
  repeats
    ? `It would repeat ${inSentence(repeats)}${takes}: accept other images, or change a setting.`
    : `Nothing accepted: the next round would train on the same images${takes}.`;

/**
 * @param {string} name
 * @param {Round} round
 */
const repeating = (name, round) => {
  const words = sameAgain(round, round.next_seconds ? `, ${about(round.next_seconds)}` : "");
  /** @type {[string, string][]} */
  const answers = [[name === "run" ? "run_round" : name, "Start it anyway"]];
  return { title: "The same again?", words: [words], answers };
};
