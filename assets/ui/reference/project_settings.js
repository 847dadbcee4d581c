/** Settings of an open project; each change is saved immediately. */
/** @import { Project } from "payloads" */
import { state } from "../app/store.js";
import { call, refresh } from "../app/session.js";
import { write } from "../app/writes.js";
import { el } from "../kit/dom.js";
import { settingsForm, typedValue, written } from "../kit/settings_fields.js";

/** @type {ReturnType<typeof options> | null} */
let asked = null;
const options = () => call("reference", "options", {});

/**
 * The settings that a new project with this model starts from.
 * @param {Project} project
 */
async function usualSettings({ kind, base_model }) {
  asked ??= options();
  const answer = await asked;
  if (!answer) asked = null;
  const preset = answer?.presets.find((one) => one.base_model === base_model);
  return preset?.settings[kind] ?? answer?.own[kind];
}

/**
 * The element with the fields, made once for a project; `update` shows other values of it, but for the field
 * that is being typed into.
 * @param {Project} project
 */
export function projectSettings(project) {
  /** @type {Map<string, string>} the model's own settings, once they are known */
  let usual = new Map();
  const { fields, nodes, ...form } = settingsForm(
    project.fields.filter(({ name }) => name !== "seed"),
    (some) => {
      const changed = some.filter((field) => !field.reset.hidden);
      for (const { about, input } of changed) input.value = usual.get(about.name) ?? input.value;
      save(changed.map(({ about }) => about.name));
    },
  );
  const follow = () =>
    form.follow(
      (name) => usual.get(name),
      state.round && state.scores.length ? state.round.mean_entropy : null,
    );
  /** @param {string[]} names of the fields whose values are to be saved */
  const save = async (names) => {
    const typed = new Map(names.flatMap((name) => [[name, fields.get(name)?.input.value ?? ""]]));
    follow();
    const answer = await write("change", {
      project: project.id,
      settings: Object.fromEntries(
        [...typed].flatMap(([name, value]) => {
          const field = fields.get(name);
          return field ? [[name, typedValue(field.about, { value })]] : [];
        }),
      ),
    });
    for (const [name, value] of answer ? [] : typed) {
      const input = fields.get(name)?.input;
      if (input?.value === value) input.value = written(state.project?.settings ?? project.settings, name);
    }
    follow();
    refresh();
  };
  for (const [name, { input }] of fields) {
    input.addEventListener("input", follow);
    input.addEventListener("change", () => save([name]));
  }
  const update = (/** @type {Project} */ { settings }) => {
    for (const [name, { input }] of fields)
      if (input !== document.activeElement) input.value = written(settings, name);
    follow();
  };
  usualSettings(project).then((settings) => {
    if (!settings) return;
    usual = new Map([...fields.keys()].map((name) => [name, written(settings, name)]));
    follow();
  });
  const node = el(
    "details",
    { class: "advanced" },
    el("summary", {}, "Advanced"),
    el(
      "p",
      { class: "field-note" },
      "Saved at once. Suggestions, weights and copy checks change now; everything else with the next " +
        "Fine-tune or Generate.",
    ),
    el("div", { class: "advanced-fields" }, nodes),
  );
  return { node, update };
}
