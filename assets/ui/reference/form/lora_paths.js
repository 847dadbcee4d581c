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

/** What the studio has a copy of, by what stands for its path: its name. @param {string} path */
export const copied = (path) => /^upload:\w+\/(.*)$/.exec(path)?.[1] ?? null;

/**
 * The text of the paths that were typed: copies are shown by their names.
 * @param {string} text
 */
export const typedIn = (text) =>
  text
    .split("\n")
    .filter((line) => copied(line) === null)
    .join("\n");

/**
 * The copies in a text, with other paths typed.
 * @param {string} text
 * @param {string} typed
 */
export const withTyped = (text, typed) => [...pathsIn(text).filter(copied), typed].join("\n");

/**
 * The text with one more path.
 * @param {string} text
 * @param {string} path
 */
export const withPath = (text, path) => [...pathsIn(text), path].join("\n");
