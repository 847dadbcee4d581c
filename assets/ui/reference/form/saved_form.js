/**
 * The unfinished form, kept in the browser, so that a reload or a restart of the studio loses nothing.
 * The tab's own copy comes first; a new tab begins with the last one of any tab. The studio has the uploads.
 */
/** @import { ProjectKind, Runs } from "payloads" */
import { TAUGHT } from "../../app/kinds.js";
import { newId } from "../../app/writes.js";
import { ofWorkspace } from "../../kit/kept.js";

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

const FORMER_KEY = "gal-studio-form"; // of former versions, which all workspaces shared
const key = () => ofWorkspace(FORMER_KEY);
const creationKey = () => ofWorkspace("gal-studio-creation");

/** Both storages, or none where they are blocked. */
function storages() {
  try {
    return [sessionStorage, localStorage];
  } catch {
    return [];
  }
}

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
  const [own, shared] = storages();
  for (const storage of text === mine ? [own] : [own, shared])
    try {
      storage?.setItem(key(), text);
    } catch {
      /* full: the other storage may have room */
    }
  mine = text;
}

export function discardForm() {
  const [own, shared] = storages();
  own?.removeItem(key());
  own?.removeItem(creationKey());
  if (shared?.getItem(key()) === mine) shared?.removeItem(key());
  mine = null;
}

/**
 * The id of the write that creates this project. A reload in between leaves the form as it was: pressed
 * again, it asks with the same id, and the studio makes no second project.
 * @param {object} project
 */
export function creationId(project) {
  const [own] = storages();
  const text = JSON.stringify(project);
  try {
    const kept = JSON.parse(own?.getItem(creationKey()) ?? "null");
    if (kept?.text === text) return String(kept.id);
    const id = newId();
    own?.setItem(creationKey(), JSON.stringify({ text, id }));
    return id;
  } catch {
    return newId(); // the storage is full or damaged
  }
}

/**
 * The form of a former version, which becomes this workspace's.
 * @param {Storage} storage
 */
function taken(storage) {
  const former = storage.getItem(FORMER_KEY);
  if (former !== null) storage.setItem(key(), former);
  storage.removeItem(FORMER_KEY);
  return former;
}

/** @returns {SavedForm | null} */
export function savedForm() {
  for (const storage of storages()) {
    try {
      const text = storage.getItem(key()) ?? taken(storage);
      const form = JSON.parse(text ?? "null");
      if (!isSavedForm(form)) continue;
      mine = text;
      return form;
    } catch {
      /* damaged: as if there were none */
    }
  }
  return null;
}

/**
 * Does what was stored, maybe by another version, have the shape of a form?
 * @param {unknown} form
 * @returns {form is SavedForm}
 */
function isSavedForm(form) {
  if (!(form instanceof Object) || !("sets" in form) || !Array.isArray(form.sets)) return false;
  return (
    "kind" in form &&
    Object.hasOwn(TAUGHT, String(form.kind)) &&
    "name" in form &&
    typeof form.name === "string" &&
    form.sets.every((set) => set instanceof Object && Array.isArray(set.rows))
  );
}
