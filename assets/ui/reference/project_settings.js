/** Settings of an open project; each change is saved immediately. */
/** @import { Project } from "payloads" */
import { state } from "../app/store.js";
import { call, refresh } from "../app/session.js";
import { write } from "../app/writes.js";
import { count } from "../kit/format.js";
import { html } from "../kit/html.js";
import { SettingsFields, typedValue, written } from "../kit/settings_fields.js";
import { useEffect, useState } from "../vendor/preact.min.js";

/** @type {ReturnType<typeof options> | null} */
let asked = null;
const options = () => call("reference", "options", {});

/** @param {Project} project */
async function usualSettings({ kind, base_model }) {
  asked ??= options();
  const answer = await asked;
  if (!answer) asked = null;
  const preset = answer?.presets.find((one) => one.base_model === base_model);
  return preset?.settings[kind] ?? answer?.own[kind];
}

/**
 * The fields of a project; what is being typed stays, whatever the studio says of it meanwhile.
 * @param {{ project: Project }} props
 */
export function ProjectSettings({ project }) {
  const [usual, setUsual] = useState(/** @type {object | undefined} */ (undefined));
  const [typed, setTyped] = useState(/** @type {Map<string, string>} */ (new Map()));
  useEffect(() => {
    usualSettings(project).then(setUsual);
  }, []);
  const fields = project.fields.filter(({ name }) => name !== "seed");
  const value = (/** @type {string} */ name) => typed.get(name) ?? written(project.settings, name);
  const usually = (/** @type {string} */ name) => usual && written(usual, name);

  const back = (/** @type {number} */ n) => `Set ${count(n, "setting")} to those of a new project`;

  /** @param {[name: string, text: string][]} some are typed */
  const type = (some) => setTyped((before) => new Map([...before, ...some]));

  /** @param {[name: string, text: string][]} some are to be saved */
  const save = async (some) => {
    type(some);
    const settings = some.flatMap(([name, text]) => {
      const about = fields.find((one) => one.name === name);
      return about ? [[name, typedValue(about, { value: text })]] : [];
    });
    const answer = await write("change", { project: project.id, settings: Object.fromEntries(settings) });
    const refreshed = refresh();
    if (answer) await refreshed;
    const saved = new Map(some);
    setTyped((now) => new Map([...now].filter(([name, text]) => saved.get(name) !== text)));
  };
  return html`<details class="advanced">
    <summary>Advanced</summary>
    <p class="field-note">
      Saved at once. Suggestions, weights and copy checks change now; everything else with the next
      Train or Generate.
    </p>
    <div class="advanced-fields">
      <${SettingsFields}
        given=${{ kind: project.kind, draws: String(project.draws_without_training) }}
        fields=${fields} value=${value} usual=${usually} back=${back}
        meanEntropy=${state.round && state.scores.length ? state.round.mean_entropy : null}
        type=${(/** @type {string} */ name, /** @type {string} */ text) => type([[name, text]])}
        done=${(/** @type {string} */ name, /** @type {string} */ text) => save([[name, text]])}
        reset=${(/** @type {string[]} */ names) => save(names.map((name) => [name, usually(name) ?? ""]))}
      />
    </div>
  </details>`;
}
