/** Round 0 once more, with the references given otherwise: how strongly, together or averaged, or alone. */
import { state } from "../../app/store.js";
import { ask } from "../../kit/ask.js";
import { html, withValue } from "../../kit/html.js";
import { read } from "../../kit/settings_fields.js";
import { useState } from "../../vendor/preact.min.js";

/** @typedef {{ strength?: number, several?: string, subject_alone: boolean }} Given */

/** @returns {Promise<Given | null>} */
export async function askReferences() {
  const set = (/** @type {string} */ name) => read(state.project?.settings ?? {}, `references.${name}`);
  const isNative = set("adapter") === "native";
  return ask({
    title: "Generate again from your references",
    words: [
      isNative
        ? "This model reads your references by itself: it has no strength for them."
        : "Less strength follows the prompt more. The images become another Round 0 beside this one.",
      html`<div class="references-again">
        ${isNative ? null : html`<${Strength} usual=${Number(set("strength") ?? 1)} />`}
        ${isNative ? null : html`<${Several} usual=${String(set("several") ?? "together")} />`}
        <label>
          <input type="checkbox" name="alone" defaultChecked=${set("subject_alone") === true} />
          <span> Without their background</span>
        </label>
      </div>`,
    ],
    answers: [["draw", "Generate without training"]],
    attempt: async (typed) => ({
      subject_alone: typed.has("alone"),
      ...(!isNative && {
        strength: Number(typed.get("strength")),
        several: String(typed.get("several") ?? set("several") ?? "together"),
      }),
    }),
  });
}

/** A slider that says its value. @param {{ usual: number }} props */
function Strength({ usual }) {
  const [value, say] = useState(usual);
  return html`<label>
    <span>Reference strength <span aria-hidden="true">${value}</span></span>
    <input
      type="range" name="strength" min="0" max="1" step="0.05" aria-label="Reference strength"
      aria-valuetext=${value} value=${value} onInput=${withValue((typed) => say(Number(typed)))}
    />
  </label>`;
}

/** How several references are given together. @param {{ usual: string }} props */
function Several({ usual }) {
  const { references, subjects } = state.project ?? { references: [], subjects: [] };
  if (references.length < 2) return null;
  /** @type {[value: string, words: string][]} */
  const ways = [
    ["together", "together"],
    ["average", "averaged"],
  ];
  if (subjects.length > 1) ways.push(["beside", "objects side by side"]);
  return html`<label>
    <span>Several references </span>
    <select name="several" aria-label="Several references">
      ${ways.map(
        ([value, words]) => html`<option key=${value} value=${value} selected=${value === usual}>
          ${words}
        </option>`,
      )}
    </select>
  </label>`;
}
