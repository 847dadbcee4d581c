/** Numbers that a person may set, with what they mean; the studio itself refuses nonsense. */
import { el } from "./dom.js";

export const FIELDS = [
  ["tune.rank", "Rank", "Size of the LoRA; larger learns more detail"],
  ["tune.learning_rate", "Learning rate", ""],
  ["tune.steps", "Steps", "Training steps per round"],
  ["generation.candidates", "Pictures per prompt", "How many Generate draws for each test prompt"],
  ["generation.steps", "Sampling steps", ""],
  ["generation.guidance_scale", "Guidance", ""],
  ["tune.preview_every", "Preview every", "Training steps from one preview to the next; 0: no previews"],
  ["gal.top_k", "Suggestions", "Test prompts suggested per round"],
  ["gal.balance_lambda", "Weight of accepted pictures", ""],
  ["seed", "Seed", "The same seed draws the same pictures"],
];
const WHOLE = new Set([
  "tune.rank",
  "tune.steps",
  "tune.preview_every",
  "generation.candidates",
  "generation.steps",
  "gal.top_k",
  "seed",
]);

/**
 * The setting behind a dotted name.
 * @param {object} settings
 * @param {string} name
 */
export function read(settings, name) {
  /** @type {unknown} */
  let value = settings;
  for (const key of name.split(".")) value = value instanceof Object ? Reflect.get(value, key) : undefined;
  return value;
}

/**
 * A field: its label with all in it, the input, and the line under it.
 * @typedef {{ node: HTMLElement, input: HTMLInputElement, hint: HTMLElement }} Field
 */

/**
 * Fields by name.
 * @returns {Map<string, Field>}
 */
export function makeFields(names = FIELDS.map(([name]) => name)) {
  return new Map(
    FIELDS.filter(([name]) => names.includes(name)).map(([name, label, note]) => {
      const input = el("input", { type: "text", inputmode: "decimal", name, autocomplete: "off" });
      const hint = el("span", { class: "field-note" }, note);
      return [
        name,
        {
          node: el("label", { class: "field" }, el("span", { class: "field-name" }, label), input, hint),
          input,
          hint,
        },
      ];
    }),
  );
}

/**
 * What was typed, as a number where it is one; anything else goes as text, and the studio says what is wrong with it.
 * @param {string} name
 * @param {{ value: string }} input
 */
export function typedValue(name, { value }) {
  const typed = Number(value);
  if (value.trim() === "" || Number.isNaN(typed)) return value;
  return WHOLE.has(name) && !Number.isInteger(typed) ? value : typed;
}

/**
 * How much an accepted picture counts: the setting times how undecided the model is (at most ln 2, when not measured).
 * @param {string | number} typed
 * @param {number | null} openness
 */
export function weightWords(typed, openness = null) {
  const setting = Number(typed);
  if (!Number.isFinite(setting)) return "";
  const weight = Number((setting * (openness ?? Math.LN2)).toPrecision(2));
  return `An accepted picture counts ${openness === null ? "at most " : ""}${weight} times as much as a reference`;
}

/**
 * Say under the field what its number means.
 * @param {Field | undefined} field where the project has it
 * @param {number | null} openness
 */
export function weigh(field, openness = null) {
  if (field) field.hint.textContent = weightWords(field.input.value, openness);
}
