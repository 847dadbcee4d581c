/** Input fields of the settings. The server validates the values. */
import { el, setText } from "./dom.js";
import { count, typedNumber } from "./format.js";

/**
 * Name, label and hint of each field.
 * @type {[name: string, label: string, note: string][]}
 */
export const FIELDS = [
  ["tune.rank", "Rank", "Size of the LoRA; larger learns more detail"],
  ["tune.target", "Target", "Layers that learn; style: lines and colours, not shapes (not in every model)"],
  ["tune.learning_rate", "Learning rate", ""],
  ["tune.steps", "Steps", "Training steps per round"],
  ["tune.prior_images", "Prior pictures", "Of other things, which the training keeps as they are; 0: none"],
  ["tune.prior_styles", "Styles of prior pictures", "That the model knows, between commas; for a style"],
  ["tune.prior_weight", "Weight of prior pictures", ""],
  ["tune.time_high", "Noise up to", "Of 1, pure noise; less leaves the layout to the base model"],
  [
    "tune.accepted_share",
    "Share of accepted pictures",
    "In later trainings, which get longer; 0: drawn like references",
  ],
  ["generation.candidates", "Pictures per prompt", "How many Generate draws for each test prompt"],
  ["generation.steps", "Sampling steps", ""],
  ["generation.guidance_scale", "Guidance", ""],
  [
    "generation.lowest_strength",
    "Lowest LoRA strength",
    "Pictures are drawn with five recipes, from strength 1 to this",
  ],
  [
    "generation.latest_switch",
    "Latest switch",
    "That strength draws the first steps, up to this share of them, and 1 the others; 0: all steps",
  ],
  ["tune.preview_every", "Preview every", "Training steps from one preview to the next; 0: no previews"],
  ["gal.top_k", "Suggestions", "Test prompts suggested per round"],
  ["gal.balance_lambda", "Weight of accepted pictures", ""],
  ["gal.witnesses", "Copies are found by", "A copy is a picture that is like the reference"],
  ["seed", "Seed", "The same seed draws the same pictures"],
  ["tune.schedule", "Learning rate over time", ""],
  ["tune.warmup_steps", "Warm-up steps", "In which the learning rate rises from 0"],
  ["tune.batch_size", "Training batch", "Pictures in a step; split where memory is short"],
  ["tune.resolution", "Training size", "Pixels along a side; empty: the model's own"],
  ["generation.resolution", "Picture size", "Pixels along a side; empty: the model's own"],
  ["machine.precision", "Precision", "Of base weights and computations"],
  ["machine.base", "Base weights", "8-bit integers halve them; LoRA only"],
  ["machine.optimizer", "Optimizer", "8 bits save memory when the whole model is trained"],
  ["machine.text_off_device", "Text encoder", "Off the GPU, it and the model take turns"],
  ["machine.checkpointing", "Activations", "Computed again: less memory, a third more time"],
  ["machine.tiling", "Autoencoder", "In tiles: less memory, slightly other pictures"],
  ["machine.channels_last", "Layout of weights", "By pixels is faster on some GPUs"],
  ["machine.all_gpus", "GPUs", "Several of one kind share each training step"],
  ["machine.compile", "Compile the model", "Takes minutes at first, then steps are faster"],
];
/** The field above which the heading of memory and speed stands. */
export const FIRST_OF_MACHINE = "tune.batch_size";
const TEXT = new Set(["tune.prior_styles"]);
/**
 * The values of fields that offer a choice, with their words.
 * @type {Record<string, [value: string, words: string][]>}
 */
const CHOICES = {
  "gal.witnesses": [
    ["both", "prompts and pictures"],
    ["prompts", "prompts only (as published)"],
    ["pictures", "pictures only"],
  ],
  "tune.target": [
    ["all", "all"],
    ["attention", "attention"],
    ["style", "style"],
  ],
  "tune.schedule": [
    ["constant", "constant"],
    ["cosine", "falls along a cosine"],
  ],
  "machine.precision": [
    ["auto", "chosen by the device"],
    ["bf16", "bfloat16"],
    ["fp16", "float16"],
    ["fp32", "float32"],
  ],
  "machine.base": [
    ["plain", "as they are"],
    ["int8", "8-bit integers"],
  ],
  "machine.optimizer": [
    ["adamw", "AdamW"],
    ["adamw8bit", "AdamW in 8 bits"],
  ],
  "machine.text_off_device": yesNo("stays on the device", "waits in main memory"),
  "machine.checkpointing": yesNo("kept", "computed again"),
  "machine.tiling": yesNo("whole pictures", "in tiles"),
  "machine.channels_last": yesNo("usual", "by pixels"),
  "machine.all_gpus": yesNo("the first alone", "all of this computer"),
  "machine.compile": yesNo("no", "yes"),
};
const EMPTY_IS_NULL = new Set(["tune.resolution", "generation.resolution"]);
const WHOLE = new Set([
  "tune.batch_size",
  "tune.warmup_steps",
  "tune.resolution",
  "generation.resolution",
  "tune.rank",
  "tune.steps",
  "tune.prior_images",
  "tune.preview_every",
  "generation.candidates",
  "generation.steps",
  "gal.top_k",
  "seed",
]);

/**
 * The choices of a setting that is on or off.
 * @param {string} off
 * @param {string} on
 * @returns {[value: string, words: string][]}
 */
function yesNo(off, on) {
  return [
    ["false", off],
    ["true", on],
  ];
}

/** The heading of the fields of memory and speed. */
export const machineHeading = () => el("h3", { class: "field-group" }, "Memory and speed");

/**
 * The value of a setting by its dotted name.
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
 * The value of a setting as it stands in its field.
 * @param {object} settings
 * @param {string} name
 */
export function written(settings, name) {
  const value = read(settings, name);
  if (value === null && EMPTY_IS_NULL.has(name)) return "";
  return Array.isArray(value) ? value.join(", ") : String(value);
}

/**
 * A field: its element with the rest in it, the input, the hint below it, and a button that sets it back.
 * @typedef {{ node: HTMLElement, input: HTMLInputElement | HTMLSelectElement, hint: HTMLElement,
 *   reset: HTMLButtonElement }} Field
 */

/**
 * Create fields, by name.
 * @returns {Map<string, Field>}
 */
export function makeFields(names = FIELDS.map(([name]) => name)) {
  return new Map(
    FIELDS.filter(([name]) => names.includes(name)).map(([name, label, note]) => {
      const input = inputOf(name);
      const hint = el("span", { class: "field-note" }, note);
      const reset = el(
        "button",
        { type: "button", class: "quiet reset-field", hidden: true, "aria-label": `Reset ${label}` },
        "↺",
      );
      const labelled = el(
        "label",
        { class: "field" },
        el("span", { class: "field-name" }, label),
        input,
        hint,
      );
      return [name, { node: el("div", { class: "field setting" }, labelled, reset), input, hint, reset }];
    }),
  );
}

/**
 * Offer to set a field back where its value is not the usual one.
 * @param {Field} field
 * @param {string} usual
 */
export function offerReset({ input, reset }, usual) {
  reset.hidden = input.value.trim() === usual;
  const words = input instanceof HTMLSelectElement ? wordsOf(input, usual) : usual;
  reset.title = words ? `Back to ${words}` : "Back to an empty field";
}

/**
 * @param {HTMLSelectElement} list
 * @param {string} value
 */
const wordsOf = (list, value) => [...list.options].find((one) => one.value === value)?.text ?? value;

/** The button that sets all changed fields back; call `update` with how many there are. */
export function resetAllButton() {
  const node = el("button", { type: "button", class: "button small reset-all", hidden: true }, "");
  const update = (/** @type {number} */ changed) => {
    node.hidden = !changed;
    setText(node, `Reset ${count(changed, "changed setting")}`);
  };
  return { node, update };
}

/**
 * A text input, or a list where the field offers a choice.
 * @param {string} name
 */
function inputOf(name) {
  const choices = CHOICES[name];
  const inputmode = TEXT.has(name) ? "text" : "decimal";
  if (!choices) return el("input", { type: "text", inputmode, name, autocomplete: "off" });
  return el("select", { name }, ...choices.map(([value, words]) => el("option", { value }, words)));
}

/**
 * The input as a number if it is valid, otherwise as text, for the server to reject with a message.
 * @param {string} name
 * @param {{ value: string }} input
 */
export function typedValue(name, { value }) {
  if (CHOICES[name]?.[0][0] === "false") return value === "true";
  if (EMPTY_IS_NULL.has(name) && value.trim() === "") return null;
  const typed = typedNumber(value);
  if (TEXT.has(name) || value.trim() === "" || Number.isNaN(typed)) return value;
  return WHOLE.has(name) && !Number.isSafeInteger(typed) ? value : typed;
}

/**
 * The effective weight of an accepted picture: the setting times the mean entropy, at most ln 2 when unknown.
 * @param {string | number} typed
 * @param {number | null} openness
 */
export function weightWords(typed, openness = null) {
  const setting = typedNumber(String(typed));
  if (!Number.isFinite(setting)) return "";
  const weight = Number((setting * (openness ?? Math.LN2)).toPrecision(2));
  const atMost = openness === null ? "at most " : "";
  return `An accepted picture counts ${atMost}${weight} times as much as a reference`;
}

/**
 * Show the effective weight in the field's hint.
 * @param {Field | undefined} field if the project has it
 * @param {number | null} openness
 */
export function weigh(field, openness = null) {
  if (field) field.hint.textContent = weightWords(field.input.value, openness);
}
