/** The paths of LoRAs in a text, one a line. */

/**
 * The paths in a text: one a line, as a file manager copies them, with or without quotes.
 * @param {string} text
 */
export const pathsIn = (text) =>
  text
    .split("\n")
    .map((line) => line.trim().replace(/^(["'])(.*)\1$/, "$2"))
    .filter(Boolean);

/**
 * The text with one more path.
 * @param {string} text
 * @param {string} path
 */
export const withPath = (text, path) => [...pathsIn(text), path].join("\n");
