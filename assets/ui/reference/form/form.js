/** The form of a new project: one set of references per object, the model and its settings. */
/** @import { Derived, Project, ProjectKind } from "payloads" */
/** @import { Chosen } from "./model_facts.js" */
/** @import { Note } from "./notes.js" */
import { TAUGHT } from "../../app/kinds.js";
import { fromStudio } from "../../app/answers.js";
import { state, whenever } from "../../app/store.js";
import { call } from "../../app/session.js";
import { beforeLeaving, write } from "../../app/writes.js";
import { ask } from "../../kit/ask.js";
import { reference } from "../../kit/dom.js";
import { Button, html, withValue } from "../../kit/html.js";
import { Radios } from "../../kit/segments.js";
import { toast } from "../../kit/toast.js";
import { render } from "../../vendor/preact.min.js";
import { Derived as DerivedFacts } from "./derived.js";
import { creationId, discardForm, saveForm, savedForm } from "./saved_form.js";
import { watchPictures } from "./looks.js";
import { modelLookUp } from "./model_facts.js";
import { Notes, noted, revealFirst } from "./notes.js";
import { PictureSet, References } from "./picture_set.js";
import { Advanced, ModelChoice, Presets, TextEncoder } from "./presets.js";

const MAX_OBJECTS = 4; // the server rejects more
const SETTLE = 180; // ms after typing
const ANOTHER = "[data-part=another]";
const ASK_AGAIN = 1500; // ms, while the size of a model is measured

/**
 * @param {HTMLFormElement} node
 * @param {(projectId: string) => void} created
 */
export function mountForm(node, created) {
  const form = new ProjectForm(node, created);
  node.addEventListener("change", () => form.modelChosen()); // not while its name is typed
  node.addEventListener("submit", (event) => {
    event.preventDefault();
    form.submit(false); // Enter, too
  });
  beforeLeaving(() => form.keep());
  whenever(
    () => state.step,
    (step) => {
      if (step === "reference") form.opened();
    },
  );
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

/** What stands in the form is in plain fields; `changed` renders it anew. */
class ProjectForm {
  /** @type {ProjectKind} */
  kind = "style";
  name = "";
  /** The LoRAs whose kind was taken: another choice of kind stays. */
  kindFrom = "";
  /** @type {PictureSet[]} those of a kind that is not chosen are not shown */
  sets = [];
  /** @type {Derived | null} what the studio last said of the form */
  answer = null;
  isPressed = false; // Start was pressed: say what is still missing
  isSending = false;
  isMounting = false;
  /** @type {Chosen | undefined} the model to look with */
  looked;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  timer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  asking;

  /**
   * @param {HTMLFormElement} node
   * @param {(projectId: string) => void} created
   */
  constructor(node, created) {
    this.node = node;
    this.created = created;
    this.model = new ModelChoice(() => this.changed());
    this.lookUp = modelLookUp(
      () => this.looked && { ...this.looked, kind: this.kind },
      (facts) => {
        this.model.facts = facts;
        this.render();
        this.derive();
      },
    );
    this.watch = watchPictures(
      () => this.open(),
      () => this.looked,
      () => this.kind,
      () => this.render(),
    );
    this.restore();
  }

  render() {
    render(html`<${Form} form=${this} />`, this.node);
  }

  open() {
    return TAUGHT[this.kind].has_trigger_word ? this.sets : this.sets.slice(0, 1);
  }

  facts() {
    return {
      kind: this.kind,
      sets: this.open().map((set) => set.facts()),
      name: this.name,
      final: this.isPressed,
      ...this.model.chosen(),
    };
  }

  async opened() {
    if (this.isMounting) return;
    if (!this.model.options) {
      this.isMounting = true;
      const { isJudging } = this.model; // chosen during the request
      await this.model.load();
      this.isMounting = false;
      const kept = savedForm()?.model;
      if (kept && this.model.options) this.model.restore(kept);
      this.model.isJudging ||= isJudging;
      this.modelChosen();
    }
    this.changed();
  }

  /**
   * Start as this project did: its kind, its model and its settings. What stands in the form already stays.
   * @param {Project} project
   */
  async like(project) {
    await this.opened();
    this.setKind(project.kind);
    this.model.like(project);
    this.modelChosen();
  }

  /**
   * Take the images, masks left out, and the captions of a project, for another model.
   * @param {Project} project
   */
  async again({ kind, name, subjects }) {
    await this.opened();
    this.sets = [];
    this.setKind(kind);
    for (const { trigger, references } of subjects) {
      const set = this.addSet();
      if (TAUGHT[kind].has_trigger_word) set.trigger = trigger;
      for (const [i, { id, prompt }] of references.entries()) {
        const image = await fromStudio(reference(id));
        const file = new File([await image.blob()], `${name}-${i + 1}.png`, { type: "image/png" });
        set.addPicture(file, { text: prompt, source: "" });
      }
    }
    this.changed();
  }

  modelChosen() {
    const before = JSON.stringify(this.looked);
    this.looked = this.model.chosen();
    if (JSON.stringify(this.looked) !== before) this.lookUp.look();
  }

  /** @param {ProjectKind} kind */
  setKind(kind) {
    this.kind = this.model.kind = kind;
    this.changed();
  }

  /** @param {string} name */
  setName(name) {
    this.name = name;
    this.changed();
  }

  /** @param {string} preset */
  choose(preset) {
    this.isPressed = false; // nothing of this model is typed yet
    this.model.change({ preset, isNew: true });
  }

  /** Something was typed, chosen or uploaded: keep it, and soon show what follows from it. */
  changed() {
    this.render();
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
    if (answer.taught && this.kindFrom !== this.model.files) {
      this.kindFrom = this.model.files;
      this.setKind(answer.taught);
    }
    this.answer = answer;
    for (const [i, set] of this.open().entries())
      set.show(
        answer.sets[i] ?? null,
        answer.notes.filter((note) => note.set === i),
      );
    this.render();
    if (!this.model.isNew || answer.measuring) return;
    this.model.isNew = false;
    const plan = () => this.node.querySelector(".plan")?.scrollIntoView({ block: "nearest" });
    requestAnimationFrame(plan); // below the refusal, if any
  }

  /**
   * The notes of a field beside the sets.
   * @param {string} field
   * @returns {Note[]}
   */
  notesOf(field) {
    const notes = this.answer?.notes.filter((one) => one.set === null && one.field === field) ?? [];
    const wrong = this.model.facts.problems.filter((one) => this.model.placeOf(one.field) === field);
    return [...notes, ...wrong.map(({ text }) => ({ tone: "error", text }))];
  }

  /** What is wrong with all sets together. @returns {Note[]} */
  wholeNotes() {
    const { notes = [], problem = "" } = this.answer ?? {};
    return problem && !notes.some(({ tone }) => tone === "error") ? [{ tone: "error", text: problem }] : [];
  }

  /** Show all errors and go to the first one; null if there is any. */
  async check() {
    this.isPressed = true;
    const answer = await call("reference", "derive", this.facts());
    if (!answer) return null;
    this.show(answer);
    if (!answer.notes.some(({ tone }) => tone === "error") && !this.model.facts.problems.length)
      return answer;
    revealFirst(this.node);
    return null;
  }

  /** @param {boolean} only create the project, and do not start its first round */
  async submit(only) {
    if (this.isSending) return;
    this.setSending(true);
    const answer = await this.create(only);
    this.setSending(false);
    if (!answer) return;
    this.empty();
    this.created(answer.project);
  }

  /** @param {boolean} now */
  setSending(now) {
    this.isSending = now;
    this.render();
  }

  /** @param {boolean} only */
  async create(only) {
    const chosen = this.open();
    this.looked = this.model.chosen();
    await Promise.all([this.lookUp.look(), ...chosen.map((set) => set.ready())]);
    const unchecked = chosen.flatMap(({ rows }) => rows).find(({ retry }) => retry);
    if (unchecked) {
      toast(`${unchecked.name} is not checked yet: press Retry, or remove it.`, "error");
      return null;
    }
    const checked = await this.check();
    if (!checked || (checked.doubt && !(await isSure(checked.doubt, only)))) return null;
    const project = { ...this.project(chosen), only, sure: Boolean(checked.doubt) };
    return write("create", project, creationId(project));
  }

  /** @param {PictureSet[]} chosen */
  project(chosen) {
    const sets = chosen.map((set) => ({
      trigger_word: set.trigger,
      references: set.references(),
      ...(set.rows.length ? {} : { prompts: set.facts().prompts }),
    }));
    return { kind: this.kind, sets, name: this.name, ...this.model.chosen() };
  }

  /** @param {string | null} [wanted] gets the focus in it */
  addSet(wanted = null) {
    const set = new PictureSet(() => this.changed());
    set.wanted = wanted;
    this.sets.push(set);
    this.changed();
    return set;
  }

  /** @param {PictureSet} set */
  removeSet(set) {
    this.sets.splice(this.sets.indexOf(set), 1);
    this.changed();
    /** @type {HTMLElement | null} */ (this.node.querySelector(ANOTHER))?.focus();
  }

  keep() {
    const model = this.model.kept() ?? savedForm()?.model ?? null; // what there is to choose comes later
    saveForm({ kind: this.kind, name: this.name, sets: this.sets.map((set) => set.kept()), model });
  }

  /** Show what an earlier page left unfinished. */
  restore() {
    const kept = savedForm();
    this.name = kept?.name ?? "";
    this.kindFrom = kept?.model?.judged ?? "";
    for (const set of kept?.sets.slice(0, MAX_OBJECTS) ?? []) this.addSet().restore(set);
    if (!this.sets.length) this.addSet();
    this.setKind(kept?.kind ?? "style");
  }

  empty() {
    Object.assign(this, { sets: [], name: "", kindFrom: "", isPressed: false, answer: null });
    const { options, saved, choices } = this.model;
    this.model = Object.assign(new ModelChoice(() => this.changed()), { options, saved, choices });
    this.model.preset = choices[0]?.name ?? "";
    this.addSet();
    this.setKind("style");
    discardForm();
    this.modelChosen();
  }
}

/** @type {[purpose: "train" | "judge", title: string, words: string][]} */
const PURPOSES = [["train", "Train a LoRA", "from your images"]];
const kinds = () => Object.entries(TAUGHT).map(([kind, { one, images }]) => [kind, one, images]);
const TRAINED =
  "You get a LoRA file with its trigger words and best strength, images before and after, and the best " +
  "round.";

/**
 * What comes of judging LoRAs, and the part of the form with their files, where a feature offers it.
 * @typedef {{ model: ModelChoice, said: string, notes: Note[], children?: unknown }} OfFiles
 * @type {{ outcome: string, Part: (props: OfFiles) => unknown } | null}
 */
let judging = null;

/**
 * Offer to judge LoRAs in place of a training, before the page is mounted.
 * @param {string} title
 * @param {string} words
 * @param {string} outcome
 * @param {(props: OfFiles) => unknown} Part
 */
export function offerJudging(title, words, outcome, Part) {
  PURPOSES.push(["judge", title, words]);
  judging = { outcome, Part };
}

/** @param {{ form: ProjectForm }} props */
function Form({ form }) {
  const { answer, kind, model, sets } = form;
  const { isJudging } = model;
  const open = form.open();
  const notesOf = (/** @type {string} */ field) => form.notesOf(field);
  const shown = { model, answer, notesOf };
  const create = () => form.node.reportValidity() && form.submit(true);
  const whole = form.wholeNotes();
  return html`<div class="card-head">
      <h2>New project</h2>
    </div>
    <fieldset class="kind purpose" hidden=${!judging}><legend>What do you want to do?</legend>
      <${Radios}
        name="purpose" offered=${PURPOSES} chosen=${isJudging ? "judge" : "train"}
        choose=${(/** @type {string} */ purpose) => model.change({ isJudging: purpose === "judge" })}
      />
    </fieldset>
    <p class="outcome">${isJudging ? judging?.outcome : TRAINED}</p>
    ${
      isJudging &&
      judging &&
      html`<${judging.Part} model=${model} said=${answer?.start ?? ""} notes=${notesOf("judged")}>
        <${TextEncoder} model=${model} answer=${answer} />
      <//>`
    }
    <fieldset class="kind">
      <legend>${isJudging ? "What was it trained on?" : "What are you training?"}</legend>
      <${Radios}
        name="kind" offered=${kinds()} chosen=${kind}
        choose=${(/** @type {ProjectKind} */ chosen) => form.setKind(chosen)}
      />
    </fieldset>
    <div class="reference-sets" data-several=${open.length > 1 ? "" : null}>${open.map(
      (set, i) => html`<${References}
        key=${set.id} set=${set} kind=${kind} number=${open.length > 1 ? i + 1 : null}
        anchors=${open.length > 1 ? null : answer?.anchors} remove=${() => form.removeSet(set)}
      />`,
    )}</div>
    <${Button}
      class="button small another" data-part="another"
      hidden=${!TAUGHT[kind].has_trigger_word || sets.length >= MAX_OBJECTS}
      onClick=${() => form.addSet("[data-part=file]")}
    >+ Another object<//>
    <${DerivedFacts} anchors=${open.length > 1 ? answer?.anchors : null} />
    <fieldset class="presets" data-part="presets"><legend>Model</legend>
      <${Presets}
        ...${shown} cancel=${form.lookUp.cancel}
        choose=${(/** @type {string} */ name) => form.choose(name)}
      />
    </fieldset>
    <details class="advanced">
      <summary>Advanced</summary>
      <div class="advanced-fields" data-part="advanced"><${Advanced} ...${shown} /></div>
    </details>
    <div class="form-end">
      <label class="field name">
        <span class="field-name">Project name</span>
        <input
          type="text" name="name" data-part="name" maxlength="120" value=${form.name}
          placeholder=${answer?.name} onInput=${withValue((name) => form.setName(name))}
          ...${noted("notes-name", notesOf("name"))}
        />
        <${Notes} id="notes-name" notes=${notesOf("name")} />
      </label>
      <${Notes} id="notes-whole" notes=${whole} />
      <span class="form-starts">
        <${Button}
          class="button" data-part="create-only" disabled=${form.isSending} onClick=${create}
          title="Create without training, so you can edit test prompts and settings first"
        >${isJudging ? "Create only" : "Create without training"}<//>
        <button
          class="button" data-next="" type="submit" data-part="create" disabled=${form.isSending}
          title="Create the project and run its first round" ...${noted("notes-whole", whole)}
        >${startWords(form)}</button>
      </span>
    </div>`;
}

/**
 * What the button says; a LoRA is checked against its base model meanwhile, which can take a minute.
 * @param {ProjectForm} form
 */
function startWords({ isSending, model: { isJudging } }) {
  if (isSending) return isJudging ? "Checking the LoRA…" : "Creating the project…";
  return isJudging ? "Judge" : "Create and train";
}
