/** The facts next to an enlarged picture, with figures where they are wanted. */
/** @import { Candidate, Score } from "payloads" */
import { isJudged, state } from "../../app/store.js";
import { figures as withFigures } from "../../kit/figures.js";
import { copiesOf, decimal, percent, strengthOf, uncertainty } from "../../kit/format.js";
import { cleared, copyWords, REMARKS } from "../grid/copy_words.js";

/** @typedef {[name: string, value: string, title?: string]} Row */

/** @param {Candidate} candidate */
const countedBy = ({ compared }) =>
  "L, or the button below, corrects it. " +
  (compared
    ? "Two checks: its prompt, and the areas that it shares with the reference"
    : "By its prompt alone: this image was not compared with the reference");

/**
 * @param {Candidate} candidate
 * @param {Score | undefined} score
 * @returns {Row[]}
 */
export function figures(candidate, score) {
  const signed = `${candidate.margin >= 0 ? "+" : ""}${decimal(candidate.margin, 4)}`;
  /** @type {Row[]} */
  const scores = (state.project?.scores ?? [])
    .filter(({ name }) => name in candidate.scores)
    .map(({ name, label, explanation, in_percent }) => {
      const value = candidate.scores[name];
      return [label, in_percent ? percent(value) : decimal(value, 4), explanation];
    });
  /** @type {(Row | null)[]} */
  const rows = [
    ["Seed", String(candidate.seed)],
    [
      "Strength schedule",
      strengthOf(candidate),
      state.round?.with_references
        ? "Reference strength: less follows the prompt more, 0 would be the base model"
        : "LoRA strength: 1 is full strength, 0 would be the base model. " +
          "The first steps decide the layout, the last ones the style",
    ],
    ...(withFigures.value ? scores : []),
    withFigures.value && isJudged()
      ? [
          "Difference",
          `${signed} · closer to ${candidate.margin > 0 ? "its own" : "the reference’s"} prompt`,
          "Likeness to its own prompt minus likeness to the reference’s prompt. " +
            "At zero or below, the prompts say that the image is a copy",
        ]
      : null,
    [
      "Counts as",
      copyWords(candidate, state.project?.kind) ||
        cleared(candidate) ||
        (isJudged() ? "not a copy" : "not judged"),
      countedBy(candidate),
    ],
    candidate.missing.length
      ? ["Missing", candidate.missing.join(", "), "Objects that its prompt names, not found in it"]
      : null,
    candidate.remark ? ["Note", REMARKS[candidate.remark] ?? candidate.remark] : null,
    score && isJudged()
      ? [
          "Test prompt",
          copiesOf(score.copies, score.n) +
            (withFigures.value
              ? ` · uncertainty: ${uncertainty(score.entropy)} · priority ${score.rank || "–"}`
              : ""),
        ]
      : null,
  ];
  return rows.flatMap((row) => (row ? [row] : []));
}
