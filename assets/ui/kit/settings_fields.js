/** The settings as input fields, as the server describes them. The server validates the values. */
/** @import { SettingField } from "payloads" */
import { useId, useState } from "../vendor/preact.min.js";
import { count, typedNumber } from "./format.js";
import { html, withValue } from "./html.js";
import { Select } from "./segments.js";

/**
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
 * What a list of fields shows and does. `value` is the text of a field, `usual` the one that it can be set
 * back to, if that is known, in the words of `back`; `type` is told of each letter, `done` of a finished
 * change; `below` is shown below a field, and `described` are the attributes that name it. A field that does
 * nothing beside the others and what is `given`, the kind of the project and its model, is hidden unless
 * something is `told` of it.
 * @typedef {{
 *   given: Record<string, string>,
 *   value: (name: string) => string,
 *   usual: (name: string) => string | undefined,
 *   type: (name: string, text: string) => void,
 *   reset: (names: string[]) => void,
 *   back?: (n: number) => string,
 *   done?: (name: string, text: string) => void,
 *   meanEntropy?: number | null,
 *   described?: (name: string) => object,
 *   below?: (name: string) => unknown,
 *   told?: (name: string) => boolean,
 * }} Acts
 */

/**
 * Does a setting do nothing beside the others and what is given?
 * @param {Pick<SettingField, "idle">} about
 * @param {Pick<Acts, "given" | "value">} acts
 */
export const isIdle = ({ idle }, { given, value }) =>
  idle.some((state) =>
    Object.entries(state).every(([name, off]) => isSame((given[name] ?? value(name)).trim(), off)),
  );

/**
 * @param {string} text
 * @param {string} off
 */
const isSame = (text, off) =>
  text === off || (text !== "" && off !== "" && typedNumber(text) === Number(off));

/** Fields below a button that sets all of them back. @param {{ fields: SettingField[] } & Acts} props */
export function SettingsFields({ fields, ...acts }) {
  const changed = fields.map(({ name }) => name).filter((name) => isChanged(name, acts));
  const [typed, find] = useState("");
  const wanted = typed.trim().toLowerCase();
  const isTold = (/** @type {SettingField} */ { name }) => acts.told?.(name) ?? false;
  return html`<label class="field find-setting">
      <span class="field-name">Find a setting</span>
      <input type="search" placeholder="such as steps" value=${typed} onInput=${withValue(find)} />
    </label>
    <button
      type="button" class="button small reset-all" hidden=${!changed.length}
      onClick=${() => acts.reset(changed)}
    >${acts.back?.(changed.length) ?? `Reset ${count(changed.length, "changed setting")}`}</button>
    ${groupsOf(fields).map(({ heading, own }) => {
      const isFound = (/** @type {SettingField} */ { label, note, name }) =>
        `${label} ${note} ${heading} ${name}`.toLowerCase().includes(wanted);
      const shown = own.filter((about) => isTold(about) || (!isIdle(about, acts) && isFound(about)));
      const n = own.filter(({ name }) => changed.includes(name)).length;
      return html`<details
        key=${heading} class="field-group" hidden=${!shown.length} open=${wanted !== "" || shown.some(isTold)}
      >
        <summary>${heading} <span>${n ? `${n} changed` : count(shown.length, "setting")}</span></summary>
        <div class="field-group-fields">
          ${shown.map((about) => html`<${Field} key=${about.name} about=${about} ...${acts} />`)}
        </div>
      </details>`;
    })}`;
}

/** The fields under their headings; the first one of a group has it. @param {SettingField[]} fields */
function groupsOf(fields) {
  /** @type {{ heading: string, own: SettingField[] }[]} */
  const groups = [];
  for (const about of fields) {
    if (about.heading || !groups.length) groups.push({ heading: about.heading, own: [] });
    groups[groups.length - 1].own.push(about);
  }
  return groups;
}

/**
 * @param {string} name
 * @param {Pick<Acts, "value" | "usual">} acts
 */
const isChanged = (name, { value, usual }) => {
  const back = usual(name);
  return back !== undefined && value(name).trim() !== back;
};

/** @param {{ about: SettingField } & Acts} props */
export function Field({ about, value, usual, type, reset, done, meanEntropy = null, described, below }) {
  const { name, label, note, kind, low, high, choices, suggestions } = about;
  const list = useId();
  const given = {
    name,
    value: value(name),
    onInput: withValue((text) => type(name, text)),
    onChange: done && withValue((text) => done(name, text)),
    ...described?.(name),
  };
  const back = usual(name);
  const words = choices.find(([one]) => one === back)?.[1] ?? back;
  const setBack = (/** @type {{ currentTarget: HTMLElement }} */ { currentTarget: button }) => {
    const field = button.previousElementSibling?.querySelector("input, select");
    if (field instanceof HTMLElement) field.focus(); // the button goes
    reset([name]);
  };
  return html`<div class="field setting">
    <label class="field">
      <span class="field-name">${label}</span>
      ${
        choices.length
          ? html`<${Select} names=${choices} ...${given} />`
          : html`<input
              type="text" inputmode=${kind === "text" ? "text" : "decimal"} autocomplete="off"
              title=${low === null || high === null ? null : `From ${low} to ${high}`}
              list=${suggestions.length ? list : null} ...${given}
            />`
      }
      ${
        suggestions.length > 0 &&
        html`<datalist id=${list}>${suggestions.map(
          ([name, words]) => html`<option key=${name} value=${name}>${words}</option>`,
        )}</datalist>`
      }
      <span class="field-note">
        ${name === "gal.balance_lambda" ? weightWords(value(name), meanEntropy) : note}
      </span>
    </label>
    <button
      type="button" class="quiet reset-field" hidden=${!isChanged(name, { value, usual })}
      aria-label="Reset ${label}" title=${words ? `Back to ${words}` : "Back to an empty field"}
      onClick=${setBack}
    >↺</button>
    ${below?.(name)}
  </div>`;
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
  return `An accepted image counts ${atMost}${weight} times as much as a reference.`;
}
