/** What a saved picture was generated with, as A1111 and this studio write it into PNG files. */
/** @typedef {import("./draft.js").Strengths} Strengths */
/**
 * @typedef {{ prompt: string, negative: string, seed: string, guidance: string, recipe: Strengths | null }}
 *   Generation
 */

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
const KEYWORD = "parameters";

/** The text `parameters` of a PNG file, or null. @param {ArrayBuffer} file */
export function pngText(file) {
  const [bytes, view] = [new Uint8Array(file), new DataView(file)];
  if (SIGNATURE.some((byte, i) => bytes[i] !== byte)) return null;
  const words = (/** @type {number} */ from, /** @type {number} */ to, encoding = "latin1") =>
    new TextDecoder(encoding).decode(bytes.subarray(from, to));
  for (let at = 8; at + 12 <= bytes.length; ) {
    const [from, kind] = [at + 8, words(at + 4, at + 8)];
    const to = from + view.getUint32(at);
    if (to > bytes.length) return null; // cut off
    const name = `${KEYWORD}\0`;
    if (kind === "tEXt" && words(from, from + name.length) === name) return words(from + name.length, to);
    // not compressed; the language and the translated keyword are empty
    if (kind === "iTXt" && words(from, from + name.length + 4) === `${name}\0\0\0\0`)
      return words(from + name.length + 4, to, "utf-8");
    at = to + 4;
  }
  return null;
}

/**
 * The values that the form has a field for; null if the text is no such data.
 * @param {string} text
 * @returns {Generation | null}
 */
export function generationOf(text) {
  const found = /^([\s\S]*?)(?:^Negative prompt: ([\s\S]*?))?^(Steps: .*)$/m.exec(text);
  if (!found) return null;
  const value = (/** @type {string} */ name) =>
    new RegExp(`(?:^|, )${name}: ([^,]*)`).exec(found[3])?.[1].trim() ?? "";
  return {
    prompt: plain(found[1]),
    negative: plain(found[2] ?? ""),
    seed: value("Seed"),
    guidance: value("CFG scale"),
    recipe: recipeOf(value("GAL strength")),
  };
}

/** A prompt without LoRAs, and with its brackets as they are. @param {string} text */
const plain = (text) =>
  text
    .replace(/<lora:[^>]*>/g, "")
    .replace(/\\([\\()[\]])/g, "$1")
    .trim();

/**
 * "0.4 until step 5 of 10 then 1", or one strength.
 * @param {string} words
 * @returns {Strengths | null}
 */
function recipeOf(words) {
  const [, early, step, steps, late] = /^([\d.]+) until step (\d+) of (\d+) then ([\d.]+)$/.exec(words) ?? [];
  if (steps) return { early: Number(early), late: Number(late), switch: Number(step) / Number(steps) };
  const one = Number(words);
  return words && Number.isFinite(one) ? { early: one, late: one, switch: 0.5 } : null;
}
