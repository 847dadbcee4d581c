/** What a project learns, a style or an object: what follows from that on the page. */
/** @import { ProjectKind } from "payloads" */

/**
 * @typedef {object} Taught
 * @property {boolean} isSubject is it the subject of its references, whose place a copy repeats?
 * @property {boolean} hasTriggerWord does a made-up word call it? Then there may be several
 * @property {string} one
 * @property {string} called within a sentence
 * @property {string} repeats what a copy does
 * @property {string} prompt an example of a reference's prompt
 * @property {string} anchor an example of a test prompt
 * @property {string} images how many images it needs
 */

/** @type {Record<ProjectKind, Taught>} */
export const TAUGHT = {
  style: {
    isSubject: false,
    hasTriggerWord: false,
    one: "A style",
    called: "the style",
    repeats: "shows the reference",
    prompt: "A cat in bold outline style",
    anchor: "A lighthouse {}",
    images: "one image is enough",
  },
  object: {
    isSubject: true,
    hasTriggerWord: true,
    one: "An object",
    called: "the object",
    repeats: "same place as the reference",
    prompt: "A <cute-cat> cat on the stairs",
    anchor: "{} on a bridge",
    images: "3 to 6 images of the same thing",
  },
};

/**
 * What a project learns; a style where there is none.
 * @param {{ kind: ProjectKind } | null | undefined} project
 */
export const taughtIn = (project) => TAUGHT[project?.kind ?? "style"];
