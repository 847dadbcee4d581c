/**
 * The unfinished form, kept in the browser, so that a reload or a restart of the studio loses nothing.
 * The tab's own copy comes first; a new tab begins with the last one of any tab. The studio has the uploads.
 */
/** @import { ProjectKind, Runs } from "payloads" */
import { TAUGHT } from "../../app/kinds.js";
import { newId } from "../../app/writes.js";
import { keep, kept, keptObject, ofBrowser, ofTab, ofWorkspace } from "../../kit/kept.js";

/**
 * @typedef {{
 *   name: string, path: string, prompt: string, mask: string | null, painted: Runs | null,
 *   crop?: number | null,
 * }} SavedRow
 * @typedef {{ trigger: string, prompt: string, rows: SavedRow[] }} SavedSet
 * @typedef {{
 *   preset: string, base_model: string, clip_model: string, start_from?: string,
 *   without_text_encoder?: boolean, judged?: string | null,
 *   settings: Record<string, string>,
 * }} SavedModel
 * @typedef {{ kind: ProjectKind, name: string, sets: SavedSet[], model: SavedModel | null }} SavedForm
 */

const key = () => ofWorkspace("gal-studio-form");
const creationKey = () => ofWorkspace("gal-studio-creation");

/**
 * Does the form hold anything that would be missed?
 * @param {SavedForm} form
 */
export const isWorthSaving = ({ name, sets, model }) =>
  Boolean(name.trim()) ||
  sets.some(({ trigger, prompt, rows }) => trigger.trim() || prompt.trim() || rows.length) ||
  Boolean(
    model &&
      (model.base_model ||
        model.clip_model ||
        model.start_from ||
        model.judged ||
        Object.keys(model.settings).length),
  );

/** @type {string | null} what this tab has read or written last: other tabs' forms are not its to change */
let mine = null;

/** @param {SavedForm} form */
export function saveForm(form) {
  if (!isWorthSaving(form)) return discardForm();
  const text = JSON.stringify(form);
  keep(key(), text, ofTab);
  if (text !== mine) keep(key(), text);
  mine = text;
}

export function discardForm() {
  keep(key(), null, ofTab);
  keep(creationKey(), null, ofTab);
  if (kept(key()) === mine) keep(key(), null);
  mine = null;
}

/**
 * The id of the write that creates this project. A reload in between leaves the form as it was: pressed
 * again, it asks with the same id, and the studio makes no second project.
 * @param {object} project
 */
export function creationId(project) {
  const text = JSON.stringify(project);
  const before = keptObject(creationKey(), ofTab);
  if (before.text === text) return String(before.id);
  const id = newId();
  keep(creationKey(), JSON.stringify({ text, id }), ofTab);
  return id;
}

/** @returns {SavedForm | null} */
export function savedForm() {
  for (const where of [ofTab, ofBrowser]) {
    const form = keptObject(key(), where);
    if (!isSavedForm(form)) continue; // damaged: as if there were none
    mine = kept(key(), where);
    return form;
  }
  return null;
}

/**
 * Does what was stored, maybe by another version, have the shape of a form?
 * @param {Record<"kind" | "name" | "sets", unknown>} form
 */
const isSavedForm = ({ kind, name, sets }) =>
  Object.hasOwn(TAUGHT, String(kind)) &&
  typeof name === "string" &&
  Array.isArray(sets) &&
  sets.every((set) => Array.isArray(set?.rows));
