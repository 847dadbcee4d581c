/** The form of a new project: one set of references per object, the model and its settings. */
/** @import { Derived, ModelFacts, ProjectKind } from "payloads" */
/** @import { ReferenceParts } from "../../app/types/parts.d.ts" */
/** @import { Chosen } from "./model_facts.js" */
import { on, state } from "../../app/store.js";
import { call } from "../../app/session.js";
import { write } from "../../app/writes.js";
import { ask } from "../../kit/ask.js";
import { setAttribute } from "../../kit/dom.js";
import { creationId, discardForm, saveForm, savedForm } from "./saved_form.js";
import { watchPictures } from "./looks.js";
import { watchModels } from "./model_facts.js";
import { mountPresets } from "./presets.js";
import { PictureSet } from "./picture_set.js";
import { FormStatus } from "./form_status.js";
import { labelSet } from "./set_elements.js";

const MAX_OBJECTS = 4; // the server rejects more
const SETTLE = 180; // ms after typing
const ASK_AGAIN = 1500; // ms, while the size of a model is measured

/**
 * @param {ReferenceParts} parts
 * @param {(projectId: string) => void} created
 */
export function mountForm(parts, created) {
  const form = new ProjectForm(parts, created);
  parts.another.addEventListener("click", () => form.addSet().file.focus());
  parts.form.addEventListener("input", () => form.changed());
  parts.form.addEventListener("change", ({ target }) => {
    form.modelChosen(); // not while its name is typed
    const name = target instanceof HTMLInputElement ? target.name : "";
    if (name === "preset") form.pressed = false; // nothing of this model is typed yet
    if (name === "kind") form.kindChosen();
    else form.changed();
  });
  parts.form.addEventListener("submit", (event) => {
    event.preventDefault();
    form.submit(false); // Enter, too
  });
  parts["create-only"].addEventListener("click", () => parts.form.reportValidity() && form.submit(true));
  on("leaving", () => form.keep());
  on("step", () => {
    if (state.step === "reference") form.opened();
  });
  return form;
}

/**
 * Ask before a project whose rounds do not fit, or take days.
 * @param {string} doubt
 * @param {boolean} only
 */
const isSure = async (doubt, only) =>
  Boolean(
    await ask({
      title: "Use this model anyway?",
      words: [doubt],
      answers: [["sure", only ? "Create it anyway" : "Start anyway"]],
    }),
  );

class ProjectForm {
  /** @type {PictureSet[]} those of a kind that is not chosen are hidden */
  sets = [];
  /** @type {Awaited<ReturnType<typeof mountPresets>>} */
  presets = null;
  mounting = false;
  restoring = false;
  pressed = false; // Start was pressed: say what is still missing
  /** @type {Chosen | undefined} the model to look with */
  model;
  /** @type {(() => Promise<ModelFacts | null>) | null} asks what is known of the model */
  lookUpModel = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  timer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  asking;

  /**
   * @param {ReferenceParts} parts
   * @param {(projectId: string) => void} created
   */
  constructor(parts, created) {
    this.parts = parts;
    this.created = created;
    this.status = new FormStatus(parts);
    this.watch = watchPictures(
      () => this.open(),
      () => this.model,
    );
    this.restore();
  }

  kind() {
    return /** @type {ProjectKind} */ (new FormData(this.parts.form).get("kind")); // one of two radio buttons
  }

  open() {
    return this.kind() === "style" ? this.sets.slice(0, 1) : this.sets;
  }

  facts() {
    return {
      kind: this.kind(),
      sets: this.open().map((set) => set.facts()),
      name: this.parts.name.value,
      final: this.pressed,
      ...this.presets?.chosen(),
    };
  }

  /** The screen of the form was opened. */
  async opened() {
    if (this.mounting) return;
    if (!this.presets) {
      this.mounting = true;
      this.presets = this.status.presets = await mountPresets(this.parts, this.kind());
      this.mounting = false;
      const kept = savedForm()?.model;
      if (kept) this.presets?.restore(kept);
      this.presets?.setKind(this.kind()); // it may have changed during the request
      this.watchModel();
    }
    this.changed();
  }

  /**
   * Start as this project did: its kind, its model and its settings. What stands in the form already stays.
   * @param {import("payloads").Project} project
   */
  async like(project) {
    await this.opened();
    for (const input of this.parts.form.querySelectorAll("input"))
      if (input.name === "kind") input.checked = input.value === project.kind;
    this.kindChosen();
    this.presets?.like(project);
    this.modelChosen();
    this.changed();
  }

  /** The presets are there: look up the chosen models, and again whenever others are chosen. */
  watchModel() {
    if (!this.presets) return;
    this.lookUpModel = watchModels(
      this.presets.facts,
      () => this.model && { ...this.model, kind: this.kind() },
      ({ problems }) => {
        this.status.modelProblems = problems;
        this.derive();
      },
    );
    this.modelChosen();
  }

  modelChosen() {
    const before = JSON.stringify(this.model);
    this.model = this.presets?.chosen();
    if (JSON.stringify(this.model) !== before) this.lookUpModel?.();
  }

  kindChosen() {
    this.presets?.setKind(this.kind());
    this.arrange();
  }

  /** Something was typed, chosen or uploaded: keep it, and soon show what follows from it. */
  changed() {
    if (this.restoring) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.keep();
      this.derive();
    }, SETTLE);
    this.watch();
  }

  async derive() {
    const asked = this.facts();
    const answer = await call("reference", "derive", asked);
    if (answer && JSON.stringify(asked) === JSON.stringify(this.facts())) this.show(answer);
  }

  /** @param {Derived} answer */
  show(answer) {
    clearTimeout(this.asking);
    if (answer.measuring) this.asking = setTimeout(() => this.derive(), ASK_AGAIN);
    this.status.show(answer, this.open());
  }

  /** Show all errors and go to the first one; null if there is any. */
  async check() {
    this.pressed = true;
    const answer = await call("reference", "derive", this.facts());
    if (!answer) return null;
    this.show(answer);
    return this.status.isFine(answer, this.open()) ? answer : null;
  }

  /** @param {boolean} only create the project, and do not start its first round */
  async submit(only) {
    this.block(true);
    const answer = await this.create(only);
    this.block(false);
    if (!answer) return;
    this.empty();
    this.created(answer.project);
  }

  /** @param {boolean} on */
  block(on) {
    this.parts.create.disabled = on;
    this.parts["create-only"].disabled = on;
  }

  /** @param {boolean} only */
  async create(only) {
    const chosen = this.open();
    this.model = this.presets?.chosen();
    await Promise.all([this.lookUpModel?.(), ...chosen.map((set) => set.ready())]);
    const checked = await this.check();
    if (!checked || (checked.doubt && !(await isSure(checked.doubt, only)))) return null;
    const project = { ...this.project(chosen), only, sure: Boolean(checked.doubt) };
    return write("create", project, creationId(project));
  }

  /** @param {PictureSet[]} chosen */
  project(chosen) {
    const sets = chosen.map((set) => ({
      trigger_word: set.word(),
      references: set.references(),
      ...(set.rows.length ? {} : { prompts: set.facts().prompts }),
    }));
    return { kind: this.kind(), sets, name: this.parts.name.value, ...this.presets?.chosen() };
  }

  /** Show and label the sets, and the button that adds one. */
  arrange() {
    const several = this.open().length > 1;
    for (const [i, set] of this.sets.entries()) {
      set.node.hidden = !this.open().includes(set);
      set.setKind(this.kind());
      labelSet(set.parts, several ? i + 1 : null);
    }
    setAttribute(this.parts.sets, "data-several", several);
    this.parts.another.hidden = this.kind() === "style" || this.sets.length >= MAX_OBJECTS;
    this.changed();
  }

  addSet() {
    const set = new PictureSet({
      changed: () => this.changed(),
      remove: () => {
        this.sets.splice(this.sets.indexOf(set), 1);
        set.node.remove();
        this.arrange();
        this.parts.another.focus();
      },
    });
    this.sets.push(set);
    this.parts.sets.append(set.node);
    this.arrange();
    return set;
  }

  keep() {
    if (this.restoring) return;
    const model = this.presets ? this.presets.kept() : (savedForm()?.model ?? null); // the presets come later
    const sets = this.sets.map((set) => set.kept());
    saveForm({ kind: this.kind(), name: this.parts.name.value, sets, model });
  }

  /** Show what an earlier page left unfinished. */
  restore() {
    const kept = savedForm();
    this.restoring = true;
    for (const input of this.parts.form.querySelectorAll("input"))
      if (input.name === "kind") input.checked = input.value === (kept?.kind ?? "style");
    this.parts.name.value = kept?.name ?? "";
    for (const set of kept?.sets.slice(0, MAX_OBJECTS) ?? []) this.addSet().restore(set);
    if (!this.sets.length) this.addSet();
    this.restoring = false;
    this.arrange();
  }

  /** The project was created. */
  empty() {
    for (const set of this.sets.splice(1)) set.node.remove();
    this.sets[0].clear();
    this.pressed = false;
    this.parts.form.reset();
    discardForm();
    this.modelChosen();
    this.kindChosen();
  }
}
