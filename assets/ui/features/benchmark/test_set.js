/** The dialog that shows and changes the benchmark. */
import { refresh } from "../../app/session.js";
import { state } from "../../app/store.js";
import { write } from "../../app/writes.js";
import { Dialog } from "../../kit/dialog.js";
import { count } from "../../kit/format.js";
import { html, submitting, withValue } from "../../kit/html.js";
import { Select } from "../../kit/segments.js";
import { toast } from "../../kit/toast.js";
import { subjectWords } from "../../reference/anchors_editor.js";
import { useState } from "../../vendor/preact.min.js";

/** @type {[value: string, words: string][]} */
const WHEN = [
  ["auto", "automatic: after Run round, or whenever it is quick"],
  ["always", "after each round"],
  ["never", "only when I press Measure"],
];

export const testSetDialog = new Dialog("test-set");

export function openTestSet() {
  if (state.measures) testSetDialog.open("Benchmark", html`<${TestSet} measures=${state.measures} />`);
}

/** @param {{ measures: import("payloads").Measures }} props */
function TestSet({ measures: { prompts, asking, chosen, rounds, called } }) {
  const before = [...prompts, ...asking].join("\n");
  const [text, typed] = useState(before);
  const [seeds, counted] = useState(chosen.seeds);
  const [when, choose] = useState(chosen.measured);
  const measured = rounds.filter((round) => round.report).length;
  const changed = text.trim() !== before || seeds !== chosen.seeds;
  const project = state.projectId;
  const subject = subjectWords();
  const save = submitting(async () => {
    if (when !== chosen.measured && !(await write("measure_when", { project, when }))) return;
    if (changed) {
      const lines = text.split("\n").map((line) => line.trim());
      if (!(await write("change_test_set", { project, prompts: lines.filter(Boolean), seeds }))) return;
      toast("Benchmark saved. Press Measure to generate the new images.");
    }
    testSetDialog.close();
    refresh();
  });
  return html`<form onSubmit=${save}>
    <h2>Benchmark</h2>
    <p>Prompts never used in training. Every round generates them with the same seeds at full strength.</p>
    <p>Each round also generates accepted prompts, and these without “${called}”, to see bleed.</p>
    <label>
      <span>Benchmark prompts, one per line; ${"{}"} stands for “${subject}”</span>
      <textarea
        rows="12" aria-label="Benchmark prompts, one per line" spellcheck=${false}
        defaultValue=${before} onInput=${withValue(typed)}
      />
    </label>
    <label>
      <span>Images of each prompt</span>
      <input
        type="number" min="1" max="20" aria-label="Images of each prompt" defaultValue=${chosen.seeds}
        onInput=${withValue((value) => counted(Number(value)))}
      />
    </label>
    <label>
      <span>Measure</span>
      <${Select} aria-label="When rounds are measured" value=${when} choose=${choose} names=${WHEN} />
    </label>
    ${
      changed && measured
        ? html`<p class="test-set-warning" role="status">
            ${count(measured, "measured model")} (with the base model) must generate the new images${" "}
            before they can be compared: save, then press Measure.
          </p>`
        : null
    }
    <div class="dialog-buttons">
      <button type="button" class="button" onClick=${() => testSetDialog.close()}>Cancel</button>
      <button type="submit" class="button" data-next="">Save</button>
    </div>
  </form>`;
}
