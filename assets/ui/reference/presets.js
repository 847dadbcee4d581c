/** Choice of a model preset, and its settings. */
/** @import { Preset } from "../app/payloads_calls.d.ts" */
/** @import { ProjectKind } from "../app/payloads.d.ts" */
/** @import { ReferenceParts } from "../app/parts.d.ts" */
import { call } from "../app/session.js";
import { el } from "../kit/dom.js";
import { makeFields, typedValue, weigh, written } from "../kit/settings_fields.js";

/**
 * @param {ReferenceParts} parts
 * @param {ProjectKind} firstKind
 */
export async function mountPresets(parts, firstKind) {
  const answer = await call("reference", "options", {});
  if (!answer) return null;
  let kind = firstKind;
  const base = textInput("base_model", "a folder, or a name such as runwayml/stable-diffusion-v1-5");
  const clip = textInput("clip_model", "ViT-B-32/openai, or local-dir:FOLDER");
  const own = el(
    "div",
    { class: "own-model", hidden: true },
    labelled("Base model", base),
    labelled("CLIP model", clip),
  );
  /** @type {Preset[]} */
  const choices = [
    ...answer.presets,
    {
      name: "own",
      title: "Another model",
      note: "A diffusers folder or a Hugging Face ID, and a CLIP model to judge the pictures.",
      settings: answer.presets[0].settings,
    },
  ];
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
  );
  const fields = makeFields();
  parts.advanced.append(...[...fields.values()].map((field) => field.node));

  const chosen = () =>
    choices.find((preset) => preset.name === new FormData(parts.form).get("preset")) ?? choices[0];
  const fill = () => {
    own.hidden = chosen().name !== "own";
    for (const [name, field] of fields) {
      if (field.input.dataset.edited) continue;
      field.input.value = name === "seed" ? String(answer.seed) : written(chosen().settings[kind], name);
    }
    weigh(fields.get("gal.balance_lambda"));
  };
  parts.presets.addEventListener("change", fill);
  parts.advanced.addEventListener("input", (event) => {
    if (event.target instanceof HTMLElement) event.target.dataset.edited = "yes";
    weigh(fields.get("gal.balance_lambda"));
  });
  parts.form.addEventListener("reset", () =>
    setTimeout(() => {
      for (const { input: node } of fields.values()) delete node.dataset.edited;
      fill();
    }),
  );
  fill();
  return {
    /** @param {ProjectKind} next */
    setKind(next) {
      kind = next;
      fill();
    },
    chosen: () => ({
      preset: chosen().name === "own" ? null : chosen().name,
      base_model: base.value.trim(),
      clip_model: clip.value.trim(),
      settings: Object.fromEntries(
        [...fields]
          .filter(([, field]) => field.input.dataset.edited)
          .map(([name, field]) => [name, typedValue(name, field.input)]),
      ),
    }),
  };
}

/**
 * @param {string} name
 * @param {string} placeholder
 */
const textInput = (name, placeholder) =>
  el("input", { type: "text", name, placeholder, spellcheck: "false" });

/**
 * @param {string} label
 * @param {HTMLInputElement} input
 */
const labelled = (label, input) =>
  el("label", { class: "field" }, el("span", { class: "field-name" }, label), input);
