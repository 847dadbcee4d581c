/** What a project may learn: the server puts what `gal_studio/core/taught` says of each in place of this. */
/** @import { ProjectKind } from "payloads" */

/**
 * @typedef {object} Taught
 * @property {boolean} is_subject is it the subject of its references, whose place a copy repeats?
 * @property {boolean} has_trigger_word does a made-up word call it? Then there may be several
 * @property {string} one
 * @property {string} called within a sentence
 * @property {string} images how many images it needs
 * @property {string} repeats what a copy does
 * @property {string} prompt an example of a reference's prompt
 * @property {string} anchor an example of a test prompt
 */

export const TAUGHT = /** @type {Record<ProjectKind, Taught>} */ ({});
