/** The pictures of the benchmark and of test prompts as looks of the viewer. */
/** @import { MeasuredRound, SameSeed, SheetPicture, SheetRow } from "payloads" */
/** @import { Look } from "../viewer/looks.js" */
import { copyOrNot, isJudged } from "../app/store.js";
import { address } from "../app/urls.js";

/** @param {SheetPicture} picture */
export const pictureWords = (picture) => (picture.blank ? "blank" : copyOrNot(picture));

/**
 * What generated images of the benchmark: the base model, or a round at full strength or by a schedule.
 * @typedef {{ key: string, name: string, best: boolean }} Column
 */

/**
 * The columns of the benchmark's images: each round at full strength, and by its schedules beside it.
 * @param {MeasuredRound[]} rounds
 * @param {string | null} best the best round
 * @returns {Column[]}
 */
export const columnsOf = (rounds, best) =>
  rounds.flatMap(({ id, name, drawn, schedules, gain_setting }) => {
    const more = schedules.filter((one) => one.drawn);
    const isBest = id !== null && id === best;
    const byFull = !more.some(({ words, report }) => report && words === gain_setting);
    const full = {
      key: id ?? "",
      name: more.length ? `${name}, full strength` : name,
      best: isBest && byFull,
    };
    const by = more.map(({ words }) => ({
      key: `${id}|${words}`,
      name: `${name}, ${words}`,
      best: isBest && words === gain_setting && !byFull,
    }));
    return [...(drawn ? [full] : []), ...by];
  });

/**
 * @param {SheetRow} row
 * @param {string} column its key
 * @param {number} seed
 */
export const pictureOf = (row, column, seed) => row.pictures[column]?.[seed] ?? null;

/**
 * A prompt and seed in each of the columns.
 * @param {SheetRow} row
 * @param {Column[]} columns
 * @param {number} seed
 * @returns {Look}
 */
export const lookOf = (row, columns, seed) => ({
  title: row.prompt,
  frames: columns.map(({ key, name }) => {
    const picture = pictureOf(row, key, seed);
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
 * @param {Column[]} columns
 */
export function looksOf(rows, columns) {
  const best = (columns.find((one) => one.best) ?? columns.at(-1))?.key ?? "";
  const isCopy = (/** @type {SheetRow} */ row) => Number(pictureOf(row, best, 0)?.copy ?? true);
  return rows
    .filter(({ part }) => part === "held_out")
    .sort((one, other) => isCopy(one) - isCopy(other))
    .map((row) => lookOf(row, columns, 0))
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
