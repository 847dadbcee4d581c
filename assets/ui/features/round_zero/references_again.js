/** Round 0 once more, with the references given otherwise: how strongly, or without their background. */
import { state } from "../../app/store.js";
import { ask } from "../../kit/ask.js";
import { html, withValue } from "../../kit/html.js";
import { read } from "../../kit/settings_fields.js";
import { useState } from "../../vendor/preact.min.js";

/** @typedef {{ strength?: number, subject_alone: boolean }} Given */

/** @returns {Promise<Given | null>} */
export async function askReferences() {
  const set = (/** @type {string} */ name) => read(state.project?.settings ?? {}, `references.${name}`);
  const isNative = set("adapter") === "native";
  return ask({
    title: "Generate again from your references",
    words: [
      isNative
        ? "This model reads your references itself, so it has no strength for them."
        : "Less strength follows the prompt more. The images become another Round 0 beside this one.",
      html`<div class="references-again">
        ${isNative ? null : html`<${Strength} usual=${Number(set("strength") ?? 1)} />`}
        <label>
          <input type="checkbox" name="alone" defaultChecked=${set("subject_alone") === true} />
          <span> Without their background</span>
        </label>
      </div>`,
    ],
    answers: [["draw", "Generate without training"]],
    attempt: async (typed) => ({
      subject_alone: typed.has("alone"),
      ...(!isNative && { strength: Number(typed.get("strength")) }),
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
