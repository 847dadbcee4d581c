/** What stands in the form of *Try a prompt* of a project: it is kept in this tab, also over a reload. */
import { keep, keptObject, ofTab } from "../../kit/kept.js";
import { signal } from "../../vendor/signals.min.js";

/**
 * The fields as they are typed; `recipe` is null while the round's own schedule is to be used.
 * @typedef {{ early: number, late: number, switch: number }} Strengths
 * @typedef {{ prompt: string, negative: string, seed: string, guidance: string, count: string,
 *   strengths: string, recipe: Strengths | null }} TrialDraft
 */

/** @type {TrialDraft} */
const EMPTY = { prompt: "", negative: "", seed: "0", guidance: "4", count: "1", strengths: "", recipe: null };

export const draft = signal(EMPTY);
/** @type {string | null} */
let project = null;

/** @param {string} id of a project */
const key = (id) => `gal-studio-trial ${id}`;

/** Change some fields of the draft, and keep it. @param {Partial<TrialDraft>} some */
export function changeDraft(some) {
  draft.value = { ...draft.value, ...some };
  if (project) keep(key(project), JSON.stringify(draft.value), ofTab);
}

/**
 * Take up the draft of a project, unless it is shown already.
 * @param {string} id
 * @param {string} guidance of its settings, where none was typed
 */
export function takeUpDraft(id, guidance) {
  if (id === project) return;
  project = id;
  draft.value = { ...EMPTY, guidance, ...keptObject(key(id), ofTab) };
}
