/** Settings of an open project; each change is saved immediately. */
/** @import { Project } from "payloads" */
import { state } from "../app/store.js";
import { refresh } from "../app/session.js";
import { write } from "../app/writes.js";
import { el } from "../kit/dom.js";
import {
  FIELDS,
  FIRST_OF_MACHINE,
  machineHeading,
  makeFields,
  typedValue,
  weigh,
  written,
} from "../kit/settings_fields.js";

const NAMES = FIELDS.map(([name]) => name).filter((name) => name !== "seed");
/** @type {HTMLDetailsElement | null} */
let last = null; // the previous render, to keep it expanded

/** @param {Project} project */
export function projectSettings(project) {
  const fields = makeFields(NAMES);
  const lambda = () =>
    weigh(fields.get("gal.balance_lambda"), state.round && state.scores.length ? state.round.openness : null);
  for (const [name, { input }] of fields) {
    input.value = written(project.settings, name);
    input.addEventListener("input", lambda);
    input.addEventListener("change", async () => {
      const typed = input.value;
      const answer = await write("change", {
        project: project.id,
        settings: { [name]: typedValue(name, input) },
      });
      if (!answer && input.value === typed)
        input.value = written(state.project?.settings ?? project.settings, name);
      lambda();
      refresh();
    });
  }
  lambda();
  const details = el(
    "details",
    { class: "advanced" },
    el("summary", { data: { keep: "advanced" } }, "Advanced"),
    el(
      "p",
      { class: "field-note" },
      "Changes are saved at once. Suggestions, their weight and what finds copies change at once, too; " +
        "the rest takes effect at the next Fine-tune or Generate, and rounds that have pictures keep " +
        "their way of drawing.",
    ),
    el(
      "div",
      { class: "advanced-fields" },
      [...fields].flatMap(([name, field]) =>
        name === FIRST_OF_MACHINE ? [machineHeading(), field.node] : [field.node],
      ),
    ),
  );
  details.open = Boolean(last?.open);
  last = details;
  return details;
}
