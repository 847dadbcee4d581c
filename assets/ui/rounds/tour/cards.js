/** The cards of the tour: which pictures of a round they show, and what they say. */
/** @import { Candidate, Project, Score } from "../../app/payloads.d.ts" */

/**
 * `picture` is the candidate that the card points to, null for the reference.
 * @typedef {{ title: string, words: string, picture: Candidate | null }} Card
 */

/**
 * A clean picture and a copy of the same test prompt where there are both, else of any.
 * @param {Candidate[]} candidates
 * @param {Map<string, Score>} suggested scores by suggested candidate
 * @returns {{ clean: Candidate | undefined, copy: Candidate | undefined }}
 */
export function pickPictures(candidates, suggested) {
  const clear = candidates.filter((one) => !one.copy && one.remark !== "flat");
  const copies = candidates.filter((one) => one.copy);
  const byMargin = (/** @type {Candidate} */ a, /** @type {Candidate} */ b) => b.margin - a.margin;
  const best = clear.toSorted(byMargin);
  const clean =
    best.find((one) => suggested.has(one.id)) ??
    best.find((one) => copies.some((copy) => copy.anchor_id === one.anchor_id)) ??
    best[0];
  const worst = copies.toSorted(byMargin).reverse();
  return { clean, copy: worst.find((one) => one.anchor_id === clean?.anchor_id) ?? worst[0] };
}

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
        `The prompt said “${copy.head}”, but the reference came through. Such pictures are marked ` +
        "“like ref.”: leave them out, or press R. Where a prompt gives some of each, your choice " +
        "teaches most.",
      picture: copy,
    });
  return cards;
}
