/** The cards of the tour: which pictures of a round they show, and what they say. */
/** @import { Candidate, Project, Score } from "payloads" */

/**
 * `picture` is the candidate that the card points to, null for the reference.
 * @typedef {{ title: string, words: string, picture: Candidate | null }} Card
 */

const SHOWS = "shows_reference"; // the score of the second detector

/**
 * A clean picture and a copy of the same test prompt where there are both, else of any. A copy in which the
 * reference can be seen is clearer than one of which only the prompts say so.
 * @param {Candidate[]} candidates
 * @param {Map<string, Score>} suggested scores by suggested candidate
 * @returns {{ clean: Candidate | undefined, copy: Candidate | undefined }}
 */
export function pickPictures(candidates, suggested) {
  const clear = candidates.filter((one) => !one.copy && one.remark !== "flat");
  const all = candidates.filter((one) => one.copy);
  const seen = all.filter(seenIn);
  const copies = seen.length ? seen : all;
  const byMargin = (/** @type {Candidate} */ a, /** @type {Candidate} */ b) => b.margin - a.margin;
  const best = clear.toSorted(byMargin);
  const hasCopy = (/** @type {Candidate} */ one) => copies.some((copy) => copy.anchor_id === one.anchor_id);
  const offered = best.filter((one) => suggested.has(one.id));
  const clean = offered.find(hasCopy) ?? offered[0] ?? best.find(hasCopy) ?? best[0];
  const worst = copies.toSorted(
    (a, b) => (b.scores[SHOWS] ?? 0) - (a.scores[SHOWS] ?? 0) || a.margin - b.margin,
  );
  return { clean, copy: worst.find((one) => one.anchor_id === clean?.anchor_id) ?? worst[0] };
}

/** @param {Candidate} copy */
const seenIn = (copy) => copy.copy_by !== "prompts";

/**
 * @param {Project} project
 * @param {Candidate[]} candidates
 * @param {Map<string, Score>} suggested
 * @returns {Card[]} without those of which the round has no picture
 */
export function cardsOf(project, candidates, suggested) {
  const { clean, copy } = pickPictures(candidates, suggested);
  const subject = project.kind === "style" ? "the style" : "the object";
  /** @type {Card[]} */
  const cards = [
    {
      title: "This is your reference",
      words:
        `The model has learned ${subject} from it. ` +
        "All pictures in the large panel are drawn by the model.",
      picture: null,
    },
  ];
  if (clean)
    cards.push({
      title: "A clean one",
      words:
        `The prompt said “${clean.head}”, and that is what it shows, with ${subject} of your reference. ` +
        "Click it, or press A, to accept it: the next round learns from it.",
      picture: clean,
    });
  if (copy)
    cards.push({
      title: "A copy",
      words:
        `The prompt said “${copy.head}”, but ` +
        (seenIn(copy) ? "the reference came through" : "it is nearer to what the reference shows") +
        ". Such pictures are paler and " +
        "marked: leave them out, or press R. Where a prompt gives some of each, your choice teaches most.",
      picture: copy,
    });
  return cards;
}
