/** Presets of one's own: a model with the settings that were typed for it, kept in the workspace. */
/** @import { OwnPreset } from "payloads" */
/** @import { ModelChoice } from "./presets.js" */
import { write } from "../../app/writes.js";
import { ask } from "../../kit/ask.js";
import { Button, html, Labelled } from "../../kit/html.js";
import { toast } from "../../kit/toast.js";

/**
 * @param {ModelChoice} model
 * @param {OwnPreset} preset
 */
async function keep(model, preset) {
  const answer = await write("save_preset", preset);
  if (answer) model.change({ saved: answer.saved });
  return Boolean(answer);
}

/** @param {{ model: ModelChoice }} props */
export function SavedPresets({ model }) {
  /** @param {OwnPreset} preset */
  const remove = async (preset) => {
    const answer = await write("remove_preset", { name: preset.name });
    if (!answer) return;
    model.change({ saved: answer.saved });
    /** @type {HTMLElement | null} */ (document.querySelector(".save-preset"))?.focus();
    toast(`${preset.name} removed`, "plain", { label: "Undo", act: () => keep(model, preset) });
  };
  return html`<div class="saved-presets" hidden=${!model.saved.length}>
    <span class="field-name">Your presets</span>
    <ul>${model.saved.map(
      (preset) => html`<li key=${preset.name}>
        <${Button} translate=${false} onClick=${() => model.takePreset(preset)}>${preset.name}<//>
        <${Button}
          class="quiet" aria-label="Remove the preset ${preset.name}" onClick=${() => remove(preset)}
        >✕<//>
      </li>`,
    )}</ul>
  </div>`;
}

/** @param {{ model: ModelChoice }} props */
export function SavePreset({ model }) {
  const askName = () =>
    ask({
      title: "Save as a preset",
      words: [
        html`<${Labelled} name="Name">
          <input type="text" name="name" maxlength="60" required autofocus />
        <//>`,
      ],
      answers: [["save", "Save"]],
      attempt: (typed) => keep(model, { ...model.asPreset(), name: String(typed.get("name")) }),
    });
  return html`<${Button}
    class="button small save-preset" onClick=${askName}
    title="Keep this model with these settings for other projects"
  >Save as a preset<//>`;
}
