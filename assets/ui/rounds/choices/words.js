/** Words of the log of choices. */
/** @import { Choice, Learning, RoundChoices } from "payloads" */

/** @type {Record<Choice["kind"], string>} */
export const KINDS = {
  agreed: "Accepted the suggestion",
  "other picture": "Another image of the same test prompt",
  "other prompt": "A test prompt that was not suggested",
  "left out": "Skipped the suggestion",
  added: "A second image, besides an accepted one",
};

/**
 * "you agreed in 2 of 3 (67 %), kappa 0.65".
 * @param {RoundChoices} round
 */
export function agreementWords({ choices: log, agreement: { choices, agreed, kappa } }) {
  if (!choices) {
    const added = log.filter((choice) => choice.stands).length;
    return added
      ? `you added ${added === 1 ? "an image" : `${added} images`} to accepted ones`
      : "all of your decisions were undone";
  }
  const share = `you agreed in ${agreed} of ${choices} (${Math.round((100 * agreed) / choices)}%)`;
  return kappa === null ? share : `${share}, kappa ${kappa.toFixed(2).replace("-", "−")}`;
}

/**
 * What learning from the overrides would gain, or how many are missing.
 * @param {Learning} learning
 */
export function learningWords({ overrides, needed, agreement }) {
  if (overrides < needed)
    return `After ${needed} overrides, suggestions can learn from your choices (${overrides} so far).`;
  if (!agreement) return "Whether it helps can be measured once you have accepted images in two rounds.";
  const { choices, learned, plain } = agreement;
  return (
    "Tested on each round with what it learned from the others: " +
    `it would have suggested ${learned} of the ${choices} images that you accepted, ` +
    `without learning ${plain}.`
  );
}

/** @param {Date} when */
export const clockWords = (when) => when.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

/**
 * The scores at the time of the choice.
 * @param {Choice} choice
 */
export function scoreWords({ scores }) {
  /** @param {string} part */
  const line = (part) =>
    Object.entries(scores[part] ?? {})
      .map(([name, value]) => `${name.replaceAll("_", " ")} ${Number(value.toFixed(4))}`)
      .join(", ");
  return ["prompt", "suggested", "chosen"]
    .filter((part) => line(part))
    .map((part) => `${part}: ${line(part)}`)
    .join("\n");
}
