/** Numbers that a person may set, with what they mean; the studio itself refuses nonsense. */
import { el } from "./dom.js";

export const FIELDS = [
  ["tune.rank", "Rank", "Size of the LoRA"], ["tune.learning_rate", "Learning rate", ""], ["tune.steps", "Steps", "Training steps a round"],
  ["generation.candidates", "Candidates", "Pictures an anchor"], ["generation.steps", "Sampling steps", ""], ["generation.guidance_scale", "Guidance", ""],
  ["tune.preview_every", "Preview every", "Training steps between two pictures; 0: none"], ["gal.top_k", "Suggestions", "Anchors suggested a round"], ["gal.balance_lambda", "Lambda", ""],
  ["seed", "Seed", "The same seed draws the same pictures"],
];
const WHOLE = new Set(["tune.rank", "tune.steps", "tune.preview_every", "generation.candidates", "generation.steps", "gal.top_k", "seed"]);

export const read = (settings, name) => name.split(".").reduce((value, key) => value?.[key], settings);

/** Fields by name: `{node, input, hint}`. */
export function makeFields(names = FIELDS.map(([name]) => name)) {
  return new Map(FIELDS.filter(([name]) => names.includes(name)).map(([name, label, note]) => {
    const input = el("input", { type: "text", inputmode: "decimal", name, autocomplete: "off" });
    const hint = el("span", { class: "field-note" }, note);
    return [name, { node: el("label", { class: "field" }, el("span", { class: "field-name" }, label), input, hint), input, hint }];
  }));
}

/** A number as it was typed; what is no number goes as text, and the studio says what is wrong with it. */
export function valueOf(name, node) {
  const typed = Number(node.value);
  if (node.value.trim() === "" || Number.isNaN(typed)) return node.value;
  return WHOLE.has(name) && !Number.isInteger(typed) ? node.value : typed;
}

/** What lambda means for an accepted picture (Eq. G8), with the openness that was measured, or the largest there is. */
export function weigh(field, openness = null) {
  const lambda = Number(field.input.value);
  const weight = Number((lambda * (openness ?? Math.LN2)).toPrecision(2));
  field.hint.textContent = Number.isFinite(lambda)
    ? `an accepted picture weighs ${openness === null ? "at most " : ""}${weight} (reference: 1)` : "";
}
