/** Colours of the map's points. Copies also differ in shape, so colour is never the only cue. */
/** @import { Candidate } from "payloads" */
import { state } from "../../app/store.js";
import { amount, themed, translucent } from "./palette.js";

/**
 * What a colour says: the ends of the scale, one swatch for each kind, or words.
 * @typedef {{ scale?: [from: string, to: string], kinds?: [colour: string, words: string][],
 *   words?: string }} Legend
 * @typedef {{ label: string, legend: () => Legend, colours: (candidates: Candidate[]) => string[] }} Mode
 */

/** By who says that a picture is a copy. @type {Record<string, [colour: string, words: string]>} */
const COPIES = {
  "": ["#3b8f6e", "not a copy"],
  prompts: ["#d9822b", "by prompt"],
  pictures: ["#8a5fd0", "by image"],
  both: ["#c43d3d", "both"],
  person: ["#2f7fb8", "as you marked"],
};
const DECISIONS = {
  accepted: ["#2a9d5c", "accepted"],
  suggested: ["#5b5bd6", "suggested"],
  rejected: ["#c43d3d", "rejected"],
  undecided: ["#a9a8a3", "to review"],
};

/** The colour of a test prompt, the same in all rounds of a project. @param {string} id */
export const promptColour = (id) =>
  themed(state.project?.anchors.find((anchor) => anchor.id === id)?.colour ?? "#5b737d");

/** @param {Candidate} candidate */
function decision({ id }) {
  const verdict = state.verdicts.get(id);
  if (verdict === "accepted" || verdict === "rejected") return verdict;
  return state.suggested.has(id) ? "suggested" : "undecided";
}

/**
 * Colours on the scale from the smallest to the largest value; missing values count as the smallest.
 * @param {(number | undefined)[]} values
 */
function spread(values) {
  const [low, high] = ends(values) ?? [0, 1];
  return values.map((value) => amount(((value ?? low) - low) / (high - low || 1)));
}

/**
 * The smallest and the largest of the values that are known.
 * @param {(number | undefined)[]} values
 * @returns {[number, number] | null}
 */
function ends(values) {
  const known = values.filter((value) => value !== undefined);
  return known.length ? [Math.min(...known), Math.max(...known)] : null;
}

/** @param {number} value */
const number = (value) => value.toFixed(2);
const all = () => [...state.candidates.values()];

/** @type {Record<string, Mode>} */
const MODES = {
  anchor: {
    label: "Test prompt",
    legend: () => ({ words: "each prompt keeps its color in every round" }),
    colours: (candidates) => {
      const known = new Map(
        [...new Set(candidates.map((c) => c.anchor_id))].map((id) => [id, promptColour(id)]),
      );
      return candidates.map((c) => known.get(c.anchor_id) ?? "");
    },
  },
  copy: {
    label: "Copies",
    legend: () => ({
      kinds: Object.entries(COPIES)
        .filter(
          ([by]) =>
            by === "" || by === "prompts" || [...state.candidates.values()].some((c) => c.copy_by === by),
        )
        .map(([, [colour, words]]) => [themed(colour), words]),
    }),
    colours: (candidates) => candidates.map((c) => themed(COPIES[c.copy_by][0])),
  },
  decision: {
    label: "Decision",
    legend: () => ({ kinds: Object.values(DECISIONS).map(([colour, words]) => [themed(colour), words]) }),
    colours: (candidates) => candidates.map((c) => themed(DECISIONS[decision(c)][0])),
  },
};

/**
 * Colour by one of the scores that the studio has measured, whichever they are.
 * @param {string} name
 * @returns {Mode | undefined}
 */
function scoreMode(name) {
  const score = state.project?.scores.find((one) => one.name === name);
  return (
    score && {
      label: score.label,
      legend: () => {
        const [low, high] = ends(all().map((c) => c.scores[name])) ?? [0, 1];
        return { scale: [number(low), number(high)] };
      },
      colours: (candidates) => spread(candidates.map((c) => c.scores[name])),
    }
  );
}

/** @param {string} name */
export const modeOf = (name) => MODES[name] ?? scoreMode(name) ?? MODES.anchor;

/** Names and labels of all modes: the fixed ones, then one for each score of the project. */
export const modes = () => [
  ...Object.entries(MODES).map(([name, { label }]) => ({ name, label })),
  ...(state.project?.scores ?? []).map(({ name, label }) => ({ name, label })),
];

/**
 * @param {Candidate[]} candidates
 * @param {string} mode
 */
export const colours = (candidates, mode) => modeOf(mode).colours(candidates).map(translucent);
