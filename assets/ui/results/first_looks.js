/** The pictures of the benchmark and of test prompts as looks of the viewer. */
/** @import { SameSeed, SheetColumn, SheetPicture, SheetRow } from "payloads" */
/** @import { Look } from "../viewer/looks.js" */
import { copyOrNot, isJudged } from "../app/store.js";
import { address } from "../app/urls.js";
import { figures } from "../kit/figures.js";

/** @param {SheetPicture} picture */
export const pictureWords = (picture) => (picture.blank ? "blank" : copyOrNot(picture));

/**
 * @param {SheetRow} row
 * @param {string} column its key
 * @param {number} seed
 */
export const pictureOf = (row, column, seed) => row.pictures[column]?.[seed] ?? null;

/**
 * A prompt and seed in each of the columns.
 * @param {SheetRow} row
 * @param {SheetColumn[]} columns
 * @param {number} seed
 * @returns {Look}
 */
export const lookOf = (row, columns, seed) => ({
  title: row.prompt,
  frames: columns.map(({ key, name }) => {
    const picture = pictureOf(row, key, seed);
    if (!picture) return { name, src: null, words: "not generated" };
    const prompt = figures.value ? `prompt match by CLIP ${picture.clip_t.toFixed(3)}` : "";
    const likeness = figures.value && isJudged() ? `similarity by CLIP ${picture.clip_i.toFixed(3)}` : "";
    const words = [pictureWords(picture), prompt, likeness].filter(Boolean).join(" · ");
    return { name, src: address("test-picture", picture), words };
  }),
});

/**
 * What can be shown of the benchmark, the most telling first: where the best round draws what was asked, and
 * most like it. Where it copies comes last.
 * @param {SheetRow[]} rows
 * @param {SheetColumn[]} columns
 * @returns {Look[]}
 */
export function looksOf(rows, columns) {
  const best = (columns.find((one) => one.best) ?? columns.at(-1))?.key ?? "";
  return rows
    .filter(({ part }) => part === "held_out")
    .map((row) => {
      const found = pictureOf(row, best, 0);
      const { title, frames } = lookOf(row, columns, 0);
      const look = { title, frames: frames.filter(({ src }) => src) };
      const match = (found?.clip_t ?? 0) + (found?.clip_i ?? 0);
      return { look, match, rank: 2 * Number(found?.copy ?? true) + Number(!found?.asked) };
    })
    .filter(({ look }) => look.frames.length > 1)
    .sort((one, other) => one.rank - other.rank || other.match - one.match)
    .map(({ look }) => look);
}

/**
 * The same of a test prompt, while nothing is measured.
 * @param {SameSeed[]} rounds
 * @returns {Look[]}
 */
export function looksOfRounds(rounds) {
  const frames = rounds.flatMap(({ name, picture }) =>
    picture ? [{ name, src: address("picture", picture), words: copyOrNot(picture) }] : [],
  );
  const title = rounds.findLast(({ picture }) => picture)?.picture?.prompt ?? "";
  return frames.length ? [{ title, frames }] : [];
}
