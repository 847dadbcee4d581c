/** The pictures of the benchmark and of test prompts as looks of the viewer. */
/** @import { MeasuredRound, SameSeed, SheetPicture, SheetRow } from "payloads" */
/** @import { Look } from "../viewer/looks.js" */
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
 * A prompt and seed by each of the rounds.
 * @param {SheetRow} row
 * @param {MeasuredRound[]} rounds
 * @param {number} seed
 * @returns {Look}
 */
export const lookOf = (row, rounds, seed) => ({
  title: row.prompt,
  frames: rounds.map(({ id, name }) => {
    const picture = pictureOf(row, id, seed);
    if (!picture) return { name, src: null, words: "not generated" };
    const prompt = `matches its prompt ${picture.clip_t.toFixed(3)}`;
    const likeness = isJudged() ? `likeness ${picture.clip_i.toFixed(3)}` : "";
    const words = [pictureWords(picture), prompt, likeness].filter(Boolean).join(" · ");
    return { name, src: address("test-picture", picture), words };
  }),
});

/**
 * What can be shown of the benchmark, the most telling first: rows in which the best round copies last.
 * @param {SheetRow[]} rows
 * @param {MeasuredRound[]} rounds
 * @param {string | null} best
 */
export function looksOf(rows, rounds, best) {
  const drawn = rounds.filter((round) => round.drawn);
  const isCopy = (/** @type {SheetRow} */ row) => Number(pictureOf(row, best, 0)?.copy ?? true);
  return rows
    .filter(({ part }) => part === "held_out")
    .sort((one, other) => isCopy(one) - isCopy(other))
    .map((row) => lookOf(row, drawn, 0))
    .map(({ title, frames }) => ({ title, frames: frames.filter(({ src }) => src) }))
    .filter(({ frames }) => frames.length > 1);
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
