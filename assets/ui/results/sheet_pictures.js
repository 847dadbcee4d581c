/** The pictures of the contact sheet: which one stands where, its words, and its row in the viewer. */
/** @import { MeasuredRound, SheetPicture, SheetRow } from "payloads" */
import { copyOrNot, isJudged } from "../app/store.js";
import { address } from "../app/urls.js";

/** @param {SheetPicture} picture */
export const pictureWords = (picture) => (picture.blank ? "blank" : copyOrNot(picture));

/**
 * @param {SheetRow} row
 * @param {string | null} round
 * @param {number} seed
 */
export const pictureOf = (row, round, seed) => row.pictures[round ?? ""]?.[seed] ?? null;

/**
 * @param {SheetRow} row
 * @param {MeasuredRound[]} rounds
 * @param {number} at
 * @param {number} seed
 */
export function viewerRow(row, rounds, at, seed) {
  const frames = rounds.map(({ id, name }) => {
    const picture = pictureOf(row, id, seed);
    const [prompt, likeness] = [picture?.clip_t.toFixed(3), picture?.clip_i.toFixed(3)];
    return {
      name,
      src: picture && address("test-picture", picture),
      words: picture
        ? [pictureWords(picture), `matches its prompt ${prompt}`, isJudged() ? `likeness ${likeness}` : ""]
            .filter(Boolean)
            .join(" · ")
        : "not generated",
    };
  });
  return { title: row.prompt, frames, at };
}
