/** Choice of a model preset, and its settings. */
/** @import { SavedModel } from "./saved_form.js" */
/** @import { Note } from "./notes.js" */
/** @import { Answers, Derived, ModelFacts, OwnPreset, Preset, Project, ProjectKind } from "payloads" */
import { call } from "../../app/session.js";
import { html, withValue } from "../../kit/html.js";
import { Radios } from "../../kit/segments.js";
import { SettingsFields, typedValue, written } from "../../kit/settings_fields.js";
import { LoraFiles } from "./lora_files.js";
import { pathsIn, typedIn } from "./lora_paths.js";
import { Facts, NOTHING } from "./model_facts.js";
import { Notes, noted } from "./notes.js";
import { SavedPresets, SavePreset } from "./saved_presets.js";

const USUAL_CLIP = "ViT-B-32/openai"; // that of all presets but the one that comes with its own
const OWN = "own";

/** The model of a new project with its settings, and what it starts from; or the LoRAs to judge. */
export class ModelChoice {
  /** @type {Answers["options"] | null} null until the studio has answered */
  options = null;
  /** @type {Preset[]} */
  choices = [];
  /** @type {OwnPreset[]} */
  saved = [];
  /** @type {ProjectKind} */
  kind = "style";
  preset = "";
  base = "";
  clip = USUAL_CLIP;
  start = "";
  withoutText = false;
  isJudging = false;
  files = "";
  /** @type {Map<string, string>} the settings that were typed, by name */
  typed = new Map();
  /** @type {ModelFacts} */
  facts = NOTHING;
  isNew = false; // just chosen by the person, who is to see what the model needs

  /** @param {() => void} changed called when anything that is shown has changed */
  constructor(changed) {
    this.changed = changed;
  }

  /** @param {Partial<ModelChoice>} some */
  change(some) {
    Object.assign(this, some);
    this.changed();
  }

  async load() {
    const answer = await call("reference", "options", {});
    if (!answer) return;
    const own = {
      name: OWN,
      base_model: "",
      draws: false,
      title: "Another model",
      note: "A folder, .safetensors checkpoint or Hugging Face ID, and a CLIP model to judge the images.",
      settings: answer.own,
      origin: "",
    };
    const choices = [...answer.presets, own];
    this.change({ options: answer, saved: answer.saved, choices, preset: choices[0].name });
  }

  get isOwn() {
    return this.preset === OWN;
  }

  /**
   * The value of a setting that nobody typed.
   * @param {string} name
   */
  usual(name) {
    if (name === "seed") return String(this.options?.seed ?? "");
    if (this.isJudging && ["generation.fast_model", "generation.speed_lora"].includes(name)) return "";
    const chosen = this.choices.find((one) => one.name === this.preset) ?? this.choices[0];
    return written(chosen.settings[this.kind], name);
  }

  /** The chosen preset; undefined with a model of one's own. */
  get chosenPreset() {
    return this.options?.presets.find(({ name }) => name === this.preset);
  }

  /** What decides beside the settings which of them do nothing. */
  get given() {
    return { kind: this.kind, draws: String(this.chosenPreset?.draws ?? false) };
  }

  /** @returns {SavedModel | null} null if nothing can be chosen yet */
  kept() {
    if (!this.options) return null;
    return {
      preset: this.preset,
      base_model: this.base,
      clip_model: this.clip === USUAL_CLIP ? "" : this.clip,
      start_from: this.start,
      without_text_encoder: this.withoutText,
      judged: this.isJudging ? this.files : null,
      settings: Object.fromEntries(this.typed),
    };
  }

  /** @param {SavedModel} kept a form that an earlier version kept lacks some */
  restore({ preset, base_model, clip_model, start_from, without_text_encoder, judged, settings }) {
    const known = new Set(this.options?.fields.map(({ name }) => name));
    this.change({
      preset: this.choices.some(({ name }) => name === preset) ? preset : this.preset,
      base: base_model,
      clip: clip_model || USUAL_CLIP,
      start: start_from ?? "",
      withoutText: without_text_encoder ?? false,
      isJudging: typeof judged === "string",
      files: judged ?? "",
      typed: new Map(Object.entries(settings).filter(([name]) => known.has(name))),
    });
  }

  /**
   * Choose the model and the settings of a project; only what differs from the model's own is typed.
   * @param {Project} project
   */
  like({ made_with: made, settings }) {
    const kept = this.kept();
    if (!kept) return;
    const nothing = { start_from: "", without_text_encoder: false, judged: null, settings: {} };
    this.restore({ ...kept, ...made, ...nothing });
    for (const { name } of this.options?.fields ?? []) {
      const value = written(settings, name);
      if (name !== "seed" && value !== this.usual(name)) this.typed.set(name, value); // each has its own seed
    }
    this.changed();
  }

  asPreset() {
    const { preset, base, clip, typed } = this;
    const { seed: _, ...settings } = Object.fromEntries(typed); // another project has its own
    return { preset, base_model: base, clip_model: clip === USUAL_CLIP ? "" : clip, settings };
  }

  /** @param {OwnPreset} preset */
  takePreset({ name: _, ...model }) {
    const kept = this.kept();
    if (kept) this.restore({ ...kept, ...model });
  }

  /** What a project is made with; undefined: nothing can be chosen yet. */
  chosen() {
    if (!this.options) return undefined;
    const typed = this.options.fields.flatMap((about) => {
      const value = this.typed.get(about.name);
      return value === undefined ? [] : [[about.name, typedValue(about, { value })]];
    });
    return {
      preset: this.isOwn ? null : this.preset,
      base_model: this.base.trim(),
      clip_model: this.clip.trim(),
      start_from: this.isJudging ? "" : this.start.trim(),
      without_text_encoder: this.withoutText,
      judged: this.isJudging ? pathsIn(this.files) : null,
      settings: Object.fromEntries(typed),
    };
  }

  /**
   * The field at which a problem of a model is said.
   * @param {string} field
   */
  placeOf(field) {
    const own = this.isOwn && ["base_model", "clip_model"].includes(field);
    return own || ["start_from", "judged"].includes(field) ? field : "model";
  }
}

/**
 * `answer` is what the studio last said of the form.
 * @typedef {{ model: ModelChoice, answer: Derived | null, notesOf: (field: string) => Note[] }} Shown
 */

/** @param {Shown & { cancel: () => void, choose: (name: string) => void }} props */
export function Presets({ model, answer, notesOf, cancel, choose }) {
  const plan = answer?.measuring ? "Working out what this model needs…" : answer?.plan;
  return html`<${Radios}
      name="preset" offered=${model.choices.map(({ name, title, note }) => [name, title, note])}
      chosen=${model.preset} choose=${choose}
    />
    ${
      model.options &&
      html`<${SavedPresets} model=${model} />
        <div class="own-model" hidden=${!model.isOwn}>
          <${Text}
            label="Base model" name="base_model" value=${model.base} notes=${notesOf("base_model")}
            placeholder="a folder, or a name such as runwayml/stable-diffusion-v1-5"
            type=${(/** @type {string} */ base) => model.change({ base })}
          />
          <${Text}
            label="CLIP model" name="clip_model" value=${model.clip} notes=${notesOf("clip_model")}
            placeholder="ViT-B-32/openai, or local-dir:FOLDER"
            type=${(/** @type {string} */ clip) => model.change({ clip })}
          />
        </div>
        <${Notes} id="notes-model" notes=${notesOf("model")} />
        <${Facts} facts=${model.facts} cancel=${cancel} />
        <${Notes} id="notes-preset" notes=${notesOf("preset")} />
        <p class="plan" role="status">${plan}</p>`
    }`;
}

/** @param {Shown} props */
export function Advanced({ model, answer, notesOf }) {
  const { options, typed, isJudging } = model;
  if (!options) return null;
  const ids = (/** @type {string} */ name) => `notes-${name}`;
  const type = (/** @type {string} */ name, /** @type {string} */ text) => {
    typed.set(name, text);
    model.changed();
  };
  const start = (/** @type {string} */ path) => model.change({ start: path });
  const reset = (/** @type {string[]} */ names) => {
    for (const name of names) typed.delete(name);
    model.changed();
  };
  return html`<div class="start-from">
      ${
        !isJudging &&
        html`<${LoraFiles} paths=${model.start} change=${start}>
            <${Text}
              label="Start from a LoRA" name="start_from" value=${typedIn(model.start)}
              notes=${notesOf("start_from")}
              placeholder="Path to a .safetensors file, or empty"
              type=${start}
            />
          <//>
          <p class="field-note" role="status">${answer?.start}</p>
          <${TextEncoder} model=${model} answer=${answer} />`
      }
    </div>
    ${
      !isJudging &&
      model.chosenPreset &&
      html`<div class="origin"><p class="field-note">${model.chosenPreset.origin}</p></div>`
    }
    <${SettingsFields}
      given=${model.given} fields=${options.fields} type=${type} reset=${reset}
      value=${(/** @type {string} */ name) => typed.get(name) ?? model.usual(name)}
      usual=${(/** @type {string} */ name) => model.usual(name)}
      described=${(/** @type {string} */ name) => noted(ids(name), notesOf(name))}
      below=${(/** @type {string} */ name) => html`<${Notes} id=${ids(name)} notes=${notesOf(name)} />`}
      told=${(/** @type {string} */ name) => notesOf(name).length > 0}
    />
    <${SavePreset} model=${model} />`;
}

/**
 * Offered where a LoRA changes a text encoder too.
 * @param {{ model: ModelChoice, answer: Derived | null }} props
 */
export const TextEncoder = ({ model, answer }) => html`<label
  class="start-text" hidden=${!answer?.start_text}
><input
  type="checkbox" name="without_text_encoder" checked=${model.withoutText}
  onInput=${() => model.change({ withoutText: !model.withoutText })}
/>Leave out its changes to the text encoder, which the studio does not train</label>`;

/**
 * @param {{ label: string, name: string, value: string, placeholder: string, notes: Note[],
 *   type: (text: string) => void }} props
 */
const Text = ({ label, name, value, placeholder, notes, type }) => html`<label class="field">
  <span class="field-name">${label}</span>
  <input
    type="text" name=${name} placeholder=${placeholder} spellcheck=${false} value=${value}
    onInput=${withValue(type)} ...${noted(`notes-${name}`, notes)}
  />
  <${Notes} id="notes-${name}" notes=${notes} />
</label>`;
