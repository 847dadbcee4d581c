/** What features do with a round that is not trained; the dialog of Round 0 offers it. */

/**
 * @typedef {{ answer: [name: string, label: string], words: string, act: () => unknown }} Use
 * @type {(Use & { isThere: () => boolean })[]}
 */
export const uses = [];

/**
 * Add one, with its words in the list of all; one without any stands last.
 * @param {[name: string, label: string]} answer
 * @param {string} words
 * @param {() => unknown} act
 */
export function addUse(answer, words, act, isThere = () => true) {
  uses.push({ answer, words, act, isThere });
}
