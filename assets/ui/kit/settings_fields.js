/** The settings as input fields, as the server describes them. The server validates the values. */
/** @import { SettingField } from "payloads" */
import { el, labelled, setText } from "./dom.js";
import { count, typedNumber } from "./format.js";

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
  if (value === null) return "";
  return Array.isArray(value) ? value.join(", ") : String(value);
}

/**
 * A field: what it is of, its element with the rest in it, the input, the hint below it, and a button that
 * sets it back.
 * @typedef {{
 *   about: SettingField,
 *   node: HTMLElement,
 *   input: HTMLInputElement | HTMLSelectElement,
 *   hint: HTMLElement,
 *   reset: HTMLButtonElement,
 * }} Field
 */

/**
 * The fields of some settings, below a button that sets all of them back.
 * @param {SettingField[]} described
 * @param {(fields: Field[]) => void} reset sets these fields back
 */
export function settingsForm(described, reset) {
  const fields = makeFields(described);
  const all = el(
    "button",
    {
      type: "button",
      class: "button small reset-all",
      hidden: true,
      on: { click: () => reset([...fields.values()]) },
    },
    "",
  );
  for (const field of fields.values())
    field.reset.addEventListener("click", () => {
      field.input.focus();
      reset([field]);
    });
  return {
    fields,
    nodes: [all, ...[...fields.values()].flatMap((field) => [...headingOf(field), field.node])],
    /**
     * Offer to set back what is not as usual, and say what an accepted picture weighs.
     * @param {(name: string) => string | undefined} usual
     * @param {number | null} [meanEntropy]
     */
    follow(usual, meanEntropy = null) {
      for (const [name, field] of fields) offerReset(field, usual(name));
      const changed = [...fields.values()].filter((field) => !field.reset.hidden).length;
      all.hidden = !changed;
      setText(all, `Reset ${count(changed, "changed setting")}`);
      weigh(fields.get("gal.balance_lambda"), meanEntropy);
    },
  };
}

/**
 * Create fields, by name.
 * @param {SettingField[]} described
 * @returns {Map<string, Field>}
 */
function makeFields(described) {
  return new Map(
    described.map((about) => {
      const input = inputOf(about);
      const hint = el("span", { class: "field-note" }, about.note);
      const reset = el(
        "button",
        { type: "button", class: "quiet reset-field", hidden: true, "aria-label": `Reset ${about.label}` },
        "↺",
      );
      const list = suggestionsOf(about, input);
      const node = el("div", { class: "field setting" }, labelled(about.label, input, list, hint), reset);
      return [about.name, { about, node, input, hint, reset }];
    }),
  );
}

/**
 * Offer to set a field back where its value is not the usual one, if that is known.
 * @param {Field} field
 * @param {string | undefined} usual
 */
function offerReset({ input, reset }, usual) {
  if (usual === undefined) return;
  reset.hidden = input.value.trim() === usual;
  const words = input instanceof HTMLSelectElement ? wordsOf(input, usual) : usual;
  reset.title = words ? `Back to ${words}` : "Back to an empty field";
}

/**
 * @param {HTMLSelectElement} list
 * @param {string} value
 */
const wordsOf = (list, value) => [...list.options].find((one) => one.value === value)?.text ?? value;

/**
 * The heading above a field, if it is the first one of a group.
 * @param {Field} field
 */
const headingOf = ({ about }) => (about.heading ? [el("h3", { class: "field-group" }, about.heading)] : []);

let lists = 0;

/**
 * A list of values that may be typed into a field, if there are any.
 * @param {SettingField} about
 * @param {HTMLElement} input
 */
function suggestionsOf({ suggestions }, input) {
  if (!suggestions.length) return [];
  const id = `suggestions-${++lists}`;
  input.setAttribute("list", id);
  return [el("datalist", { id }, ...suggestions.map(([value, words]) => el("option", { value }, words)))];
}

/**
 * A text input, or a list where the field offers a choice.
 * @param {SettingField} about
 */
function inputOf({ name, kind, low, high, choices }) {
  if (choices.length)
    return el("select", { name }, ...choices.map(([value, words]) => el("option", { value }, words)));
  const title = low === null || high === null ? null : `From ${low} to ${high}`;
  return el("input", {
    type: "text",
    inputmode: kind === "text" ? "text" : "decimal",
    name,
    title,
    autocomplete: "off",
  });
}

/**
 * The input as a number if it is valid, otherwise as text, for the server to reject with a message.
 * @param {Pick<SettingField, "kind" | "optional">} about
 * @param {{ value: string }} input
 */
export function typedValue({ kind, optional }, { value }) {
  if (kind === "flag") return value === "true";
  if (optional && value.trim() === "") return null;
  const typed = typedNumber(value);
  if (kind === "text" || kind === "choice" || value.trim() === "" || Number.isNaN(typed)) return value;
  return kind === "whole" && !Number.isSafeInteger(typed) ? value : typed;
}

/**
 * The effective weight of an accepted picture: the setting times the mean entropy, at most ln 2 when unknown.
 * @param {string | number} typed
 * @param {number | null} meanEntropy
 */
export function weightWords(typed, meanEntropy = null) {
  const setting = typedNumber(String(typed));
  if (!Number.isFinite(setting)) return "";
  const weight = Number((setting * (meanEntropy ?? Math.LN2)).toPrecision(2));
  const atMost = meanEntropy === null ? "at most " : "";
  return `An accepted image counts ${atMost}${weight} times as much as a reference`;
}

/**
 * Show the effective weight in the field's hint.
 * @param {Field | undefined} field if the project has it
 * @param {number | null} meanEntropy
 */
function weigh(field, meanEntropy = null) {
  if (field) field.hint.textContent = weightWords(field.input.value, meanEntropy);
}
