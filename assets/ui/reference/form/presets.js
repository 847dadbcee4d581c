/** Choice of a model preset, and its settings. */
/** @import { SavedModel } from "./saved_form.js" */
/** @import { NotePlace } from "./notes.js" */
/** @import { Derived, Preset, ProjectKind } from "payloads" */
/** @import { ReferenceParts } from "../../app/types/parts.d.ts" */
import { call } from "../../app/session.js";
import { el, labelled } from "../../kit/dom.js";
import { settingsForm, typedValue, written } from "../../kit/settings_fields.js";
import { mountJudged } from "./judged.js";
import { notePlace } from "./notes.js";
import { savedPresets } from "./saved_presets.js";

const USUAL_CLIP = "ViT-B-32/openai"; // that of all presets but the one that comes with its own

/**
 * @param {ReferenceParts} parts
 * @param {ProjectKind} firstKind
 */
export async function mountPresets(parts, firstKind) {
  const answer = await call("reference", "options", {});
  if (!answer) return null;
  let kind = firstKind;
  /** @type {Map<string, NotePlace>} */
  const places = new Map();
  const placeOf = (/** @type {string} */ name, /** @type {HTMLElement} */ input) => {
    const place = notePlace(input);
    places.set(name, place);
    return place.box;
  };
  const base = textInput("base_model", "a folder, or a name such as runwayml/stable-diffusion-v1-5");
  const clip = textInput("clip_model", "ViT-B-32/openai, or local-dir:FOLDER", USUAL_CLIP);
  const start = textInput("start_from", "Path to a .safetensors file (leave empty for the base model)");
  const startFacts = el("p", { class: "field-note", role: "status" });
  const withoutText = el("input", { type: "checkbox", name: "without_text_encoder" });
  const textChoice = el(
    "label",
    { class: "start-text", hidden: true },
    withoutText,
    "Leave out its changes to the text encoder, which the studio does not train",
  );
  const own = el(
    "div",
    { class: "own-model", hidden: true },
    labelled("Base model", base, placeOf("base_model", base)),
    labelled("CLIP model", clip, placeOf("clip_model", clip)),
  );
  /** @type {Preset[]} */
  const choices = [
    ...answer.presets,
    {
      name: "own",
      base_model: "",
      title: "Another model",
      note: "A folder, .safetensors checkpoint or Hugging Face ID, and a CLIP model to judge the images.",
      settings: answer.own,
    },
  ];
  const facts = el("div", { class: "model-facts", role: "status", hidden: true });
  const trouble = notePlace(null);
  parts.presets.append(
    ...choices.map((preset, i) =>
      el(
        "label",
        {},
        el("input", { type: "radio", name: "preset", value: preset.name, defaultChecked: i === 0 }),
        el("b", {}, preset.title),
        el("span", {}, preset.note),
      ),
    ),
    own,
    trouble.box,
    facts,
  );
  const plan = el("p", { class: "plan", role: "status" });
  const place = notePlace(null);
  places.set("preset", place);
  parts.presets.append(place.box, plan);
  const judged = mountJudged(parts);
  places.set("judged", judged.place);
  const startField = labelled("Start from a LoRA", start, placeOf("start_from", start));
  const startPart = el("div", { class: "start-from" }, startField, startFacts, textChoice);
  parts.advanced.append(startPart);
  /** The choice stands with the LoRA that it is about. */
  const showPurpose = () => {
    judged.show();
    startField.hidden = startFacts.hidden = judged.isOn();
    const home = judged.isOn() ? parts.judged : startPart;
    if (textChoice.parentElement !== home) home.append(textChoice);
  };
  parts.form.addEventListener("change", ({ target }) => {
    if (target instanceof HTMLInputElement && target.name === "purpose") showPurpose();
  });
  const { fields, nodes, ...form } = settingsForm(answer.fields, (some) => {
    for (const { input } of some) delete input.dataset.edited;
    fill();
    parts.form.dispatchEvent(new Event("input")); // the form keeps it, and plans anew
  });
  for (const [name, field] of fields) field.node.append(placeOf(name, field.input));
  parts.advanced.append(...nodes);

  const chosen = () =>
    choices.find((preset) => preset.name === new FormData(parts.form).get("preset")) ?? choices[0];
  /** @param {string} name */
  const usual = (name) => (name === "seed" ? String(answer.seed) : written(chosen().settings[kind], name));
  const fill = () => {
    own.hidden = chosen().name !== "own";
    for (const [name, field] of fields) if (!field.input.dataset.edited) field.input.value = usual(name);
    follow();
  };
  /** Show what follows from the values of the fields. */
  const follow = () => form.follow(usual);
  let justChosen = false; // by the person, who is to see what the model needs
  parts.presets.addEventListener("change", (event) => {
    if (event.target instanceof HTMLInputElement && event.target.type === "radio") justChosen = true;
    fill();
  });
  parts.advanced.addEventListener("input", (event) => {
    if (event.target instanceof HTMLElement) event.target.dataset.edited = "yes";
    follow();
  });
  parts.form.addEventListener("reset", () =>
    setTimeout(() => {
      for (const { input: node } of fields.values()) delete node.dataset.edited;
      fill();
      showPurpose();
    }),
  );
  fill();
  const edited = () => [...fields].filter(([, field]) => field.input.dataset.edited);
  const model = {
    places,
    facts,
    /**
     * The place for a problem of a model: at its field where there is one.
     * @param {string} field
     */
    modelPlace: (field) =>
      own.hidden && !["start_from", "judged"].includes(field) ? trouble : (places.get(field) ?? trouble),
    trouble,
    /** @param {ProjectKind} next */
    setKind(next) {
      kind = next;
      fill();
    },
    /** @returns {SavedModel} */
    kept: () => ({
      preset: chosen().name,
      base_model: base.value,
      clip_model: clip.value === USUAL_CLIP ? "" : clip.value,
      start_from: start.value,
      without_text_encoder: withoutText.checked,
      judged: judged.kept(),
      settings: Object.fromEntries(edited().map(([name, field]) => [name, field.input.value])),
    }),
    /**
     * Choose the model and the settings of a project; only what differs from the model's own is typed.
     * @param {import("payloads").Project} project
     */
    like({ made_with: made, settings }) {
      for (const { input } of fields.values()) delete input.dataset.edited;
      this.restore({
        ...this.kept(),
        ...made,
        start_from: "",
        without_text_encoder: false,
        judged: null,
        settings: {},
      });
      for (const [name, { input }] of fields) {
        if (name === "seed") continue; // another project has its own
        const value = written(settings, name);
        if (value !== usual(name)) Object.assign(input, { value }).dataset.edited = "yes";
      }
      fill();
    },
    /** @param {SavedModel} kept */
    restore(kept) {
      for (const input of parts.presets.querySelectorAll("input"))
        if (input.name === "preset") input.checked ||= input.value === kept.preset;
      base.value = kept.base_model;
      clip.value = kept.clip_model || USUAL_CLIP;
      start.value = kept.start_from ?? ""; // a form that an earlier version kept has none
      withoutText.checked = kept.without_text_encoder ?? false;
      judged.restore(kept.judged);
      showPurpose();
      for (const [name, value] of Object.entries(kept.settings)) {
        const input = fields.get(name)?.input;
        if (input) Object.assign(input, { value }).dataset.edited = "yes";
      }
      fill();
    },
    /**
     * What a round needs with the chosen model and settings, and what the LoRA to start from says of itself.
     * @param {Derived} answer
     */
    showPlan({ plan: sentence, measuring, start: said, start_text: changesText }) {
      plan.textContent = measuring ? "Working out what this model needs…" : sentence;
      (judged.isOn() ? judged.facts : startFacts).textContent = said;
      textChoice.hidden = !changesText;
      if (!justChosen || measuring) return;
      justChosen = false;
      requestAnimationFrame(() => plan.scrollIntoView({ block: "nearest" })); // below the refusal, if any
    },
    chosen: () => ({
      preset: chosen().name === "own" ? null : chosen().name,
      base_model: base.value.trim(),
      clip_model: clip.value.trim(),
      start_from: judged.isOn() ? "" : start.value.trim(),
      without_text_encoder: withoutText.checked,
      judged: judged.chosen(),
      settings: Object.fromEntries(
        edited().map(([name, field]) => [name, typedValue(field.about, field.input)]),
      ),
    }),
  };
  const saved = savedPresets(answer.saved, {
    now() {
      const { preset, base_model, clip_model, settings: typed } = model.kept();
      const { seed: _, ...settings } = typed; // another project has its own
      return { preset, base_model, clip_model, settings };
    },
    take({ name: _, ...kept }) {
      for (const { input } of fields.values()) delete input.dataset.edited;
      model.restore({ ...model.kept(), ...kept });
      parts.form.dispatchEvent(new Event("change")); // the form looks the model up, keeps it, and plans anew
    },
  });
  own.before(saved.node);
  parts.advanced.append(saved.save);
  return model;
}

/**
 * @param {string} name
 * @param {string} placeholder
 */
const textInput = (name, placeholder, value = "") =>
  el("input", { type: "text", name, placeholder, value, spellcheck: "false" });
