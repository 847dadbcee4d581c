/** What is kept of the unfinished form, in both storages of the browser. */
import "../../browser.js";
import "../../samples.js";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import {
  creationId,
  discardForm,
  isWorthSaving,
  saveForm,
  savedForm,
} from "../../../../assets/ui/reference/form/saved_form.js";

/** @import { SavedForm } from "../../../../assets/ui/reference/form/saved_form.js" */

/** A storage that can be full. */
class Notes {
  /** @type {Map<string, string>} */
  notes = new Map();
  full = false;
  getItem = (/** @type {string} */ key) => this.notes.get(key) ?? null;
  removeItem = (/** @type {string} */ key) => this.notes.delete(key);
  setItem(/** @type {string} */ key, /** @type {string} */ value) {
    if (this.full) throw new DOMException("full", "QuotaExceededError");
    this.notes.set(key, value);
  }
}

/** @type {Notes} */
let tab;
/** @type {Notes} */
let all;

beforeEach(() => {
  tab = new Notes();
  all = new Notes();
  Object.assign(globalThis, { sessionStorage: tab, localStorage: all });
});

/** @type {SavedForm} */
const EMPTY = { kind: "style", name: "", sets: [{ trigger: "", prompt: " ", rows: [] }], model: null };
/** @type {SavedForm} */
const FORM = { ...EMPTY, kind: "object", sets: [{ trigger: "<dotty>", prompt: "A <dotty> pot", rows: [] }] };
const row = { name: "a.png", path: "1", prompt: "", mask: null, painted: null };
const model = { preset: "pocket", base_model: "", clip_model: "", settings: {} };

test("what was typed, chosen or uploaded is worth keeping", () => {
  assert.equal(isWorthSaving(EMPTY), false);
  assert.equal(isWorthSaving({ ...EMPTY, model }), false);
  for (const form of [
    FORM,
    { ...EMPTY, name: "Pot" },
    { ...EMPTY, sets: [{ trigger: "", prompt: "", rows: [row] }] },
    { ...EMPTY, model: { ...model, settings: { "tune.steps": "7" } } },
    { ...EMPTY, model: { ...model, base_model: "x" } },
  ])
    assert.equal(isWorthSaving(form), true);
});

test("a form is kept, and an empty one forgotten", () => {
  saveForm(FORM);
  assert.deepEqual(savedForm(), FORM);
  saveForm(EMPTY);
  assert.equal(savedForm(), null);
  saveForm(FORM);
  discardForm();
  assert.equal(savedForm(), null);
});

test("the tab's own form comes first; a new tab has the last one of any", () => {
  saveForm(FORM);
  all.setItem("gal-studio-form", JSON.stringify({ ...FORM, name: "of another tab" }));
  assert.equal(savedForm()?.name, "");
  tab.notes.clear();
  assert.equal(savedForm()?.name, "of another tab");
});

test("a tab leaves alone what another one wrote meanwhile", () => {
  const others = JSON.stringify({ ...FORM, name: "of another tab" });
  saveForm(EMPTY); // opened before the other tab's form was begun
  all.setItem("gal-studio-form", others);
  saveForm(EMPTY);
  assert.equal(all.getItem("gal-studio-form"), others, "an empty form forgets its own alone");
  tab.notes.clear();
  savedForm(); // a copy of the other's, which then becomes a project
  all.removeItem("gal-studio-form");
  saveForm(JSON.parse(others));
  assert.equal(all.getItem("gal-studio-form"), null, "unchanged, it is not written again");
});

test("a storage that is full or damaged leaves the other one", () => {
  tab.full = true;
  saveForm(FORM);
  assert.deepEqual(savedForm(), FORM);
  tab.full = false;
  for (const damaged of ["{", "null", '"x"', '{"kind":"style"}', '{"kind":"x","name":"","sets":[]}']) {
    tab.setItem("gal-studio-form", damaged);
    assert.deepEqual(savedForm(), FORM, damaged);
  }
});

test("the same form is created with the same id until it is forgotten", () => {
  const id = creationId({ name: "Pot" });
  assert.match(id, /^[0-9a-f]{32}$/);
  assert.equal(creationId({ name: "Pot" }), id);
  assert.notEqual(creationId({ name: "Bear" }), id);
  const other = creationId({ name: "Pot" });
  discardForm();
  assert.notEqual(creationId({ name: "Pot" }), other);
});

test("a full storage hinders no creation", () => {
  tab.full = true;
  assert.match(creationId({ name: "Pot" }), /^[0-9a-f]{32}$/);
});
