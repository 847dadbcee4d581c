/** Numbers as text, and text as numbers. */

/** A number as a person types it, also with a decimal comma; NaN if it is none. @param {string} text */
export const typedNumber = (text) => Number(text.trim().replace(",", "."));

/**
 * A number with so many decimals: "−0.0143".
 * @param {number} value
 * @param {number} decimals
 */
export const decimal = (value, decimals) => value.toFixed(decimals).replace("-", "−");

/** @param {number} share in [0, 1] */
export const percent = (share) => `${Math.round(100 * share)}%`.replace("-", "−");

/**
 * "1 picture", "3 pictures".
 * @param {number} n
 * @param {string} word
 */
export const count = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;

/**
 * How many images are copies: "3 of 10 are copies".
 * @param {number} copies
 * @param {number} images
 */
export const copiesOf = (copies, images) =>
  `${copies} of ${images} ${copies === 1 ? "is a copy" : "are copies"}`;

/** A LoRA strength: "1", "0.85". @param {number} value */
export const strength = (value) => String(Number(value.toFixed(2)));

/** With how much of the LoRA an image is generated. @param {{ recipe: string }} candidate */
export const strengthOf = ({ recipe }) => recipe || "LoRA strength 1";

/** A time that is only estimated: "about 3 minutes". @param {number} seconds */
export function about(seconds) {
  const minutes = Math.max(1, Math.round(seconds / 60));
  if (minutes >= 48 * 60) return `about ${Math.round(minutes / 60 / 24)} days`;
  if (minutes >= 120) return `about ${Math.round(minutes / 60)} hours`;
  return `about ${count(minutes, "minute")}`;
}

/** A number of bytes: "5.1 GB", "340 MB", "90 kB". @param {number} bytes */
export function size(bytes) {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(0)} kB`;
  return `${(bytes / 1e6).toFixed(bytes >= 1e7 ? 0 : 1)} MB`;
}

/** How uncertain the model is about a prompt, by its binary entropy in [0, ln 2]. @param {number} entropy */
export function uncertainty(entropy) {
  const share = entropy / Math.LN2;
  return share >= 2 / 3 ? "high" : share >= 1 / 3 ? "medium" : "low";
}

/** The same as a number, for a tooltip. @param {number} entropy */
export const uncertaintyTitle = (entropy) =>
  `Uncertainty ${undecided(entropy)}: highest when the copy risk is 50%`;

/** A binary entropy, in [0, ln 2], as a percentage of its maximum: "53%". @param {number} entropy */
export const undecided = (entropy) => `${Math.round((100 * entropy) / Math.LN2)}%`;

/**
 * The name of a round within a sentence: "Round 2" becomes "round 2", and a name that a person gave stays.
 * @param {string} name
 */
export const inSentence = (name) => name.replace(/^Round(?= \d)/, "round");

/**
 * Names in a row: "round 1", "round 1 and round 2", "round 1, round 2 and round 3".
 * @param {string[]} names
 */
export const listed = (names) =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;

/**
 * A sentence in which no line ends before "%", after "×" or an article, or within "Round 2".
 * @param {string} words
 */
export const unbroken = (words) =>
  words.replace(/(?<=\d) (?=%)|(?<=×) (?=[.\d])|(?<=\b(?:Round|An?|The)) (?=\S)/gi, "\u00a0");
