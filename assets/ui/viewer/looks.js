/** Which pictures of a look are shown, and the file of them. */

/**
 * A picture; without `src`, it was not generated.
 * @typedef {{ name: string, src: string | null, words: string }} Frame
 * One prompt and seed; `at` is the frame that is shown first.
 * @typedef {{ title: string, frames: Frame[], at?: number }} Look
 */

/**
 * The frame that is shown: the chosen one, else the one that the look or `best` names, else the last.
 * @param {Look} look
 * @param {string | null} name
 * @param {string | null} best
 */
export function shownOf({ frames, at }, name, best) {
  /** @param {string | null} wanted */
  const named = (wanted) => frames.find((frame) => frame.name === wanted);
  return named(name) ?? (at === undefined ? named(best) : frames[at]) ?? frames[frames.length - 1];
}

/**
 * The frame below it: the chosen one, else the first that was generated, else the reference.
 * @param {Frame[]} others those that may be
 * @param {Frame[]} frames
 * @param {string | null} under
 */
export const otherOf = (others, frames, under) =>
  others.find(({ name }) => name === under) ??
  others.find((one) => frames.includes(one)) ??
  others[0] ??
  null;

/**
 * The frame to which a key leads; null for other keys.
 * @param {string} key
 * @param {number} at
 * @param {number} count
 */
export function turned(key, at, count) {
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: count - 1 }[key];
  return to === undefined ? null : Math.max(0, Math.min(to, count - 1));
}

/**
 * The address of the file that the studio makes of a look.
 * @param {string} ending
 * @param {Look} look
 * @param {Frame[]} references
 * @param {boolean} [sharpened] small images are sharpened where they are enlarged
 */
export function fileAddress(ending, { title, frames }, references, sharpened = false) {
  const query = new URLSearchParams({ title: title.slice(0, 2000) }); // as `strips.py` takes them
  for (const { name, src } of [...references.slice(0, 1), ...frames]) {
    if (!src) continue;
    query.append("picture", src.split("?")[0]);
    query.append("name", name.slice(0, 200));
  }
  if (sharpened) query.append("sharpened", "true");
  return `strip.${ending}?${query}`;
}
