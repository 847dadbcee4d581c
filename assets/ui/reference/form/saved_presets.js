/** Presets of one's own: a model with the settings that were typed for it, kept in the workspace. */
/** @import { OwnPreset } from "payloads" */
import { write } from "../../app/writes.js";
import { ask } from "../../kit/ask.js";
import { el, labelled } from "../../kit/dom.js";
import { html, rendered } from "../../kit/html.js";
import { toast } from "../../kit/toast.js";
import { signal } from "../../vendor/signals.min.js";

/**
 * `node` lists them, and `save` is the button that adds one.
 * @param {OwnPreset[]} first
 * @param {{ now: () => Omit<OwnPreset, "name">, take: (preset: OwnPreset) => void }} form
 */
export function savedPresets(first, { now, take }) {
  const saved = signal(first);
  /** @param {OwnPreset} preset */
  const keep = async (preset) => {
    const answer = await write("save_preset", preset);
    if (answer) saved.value = answer.saved;
    return Boolean(answer);
  };
  /** @param {OwnPreset} preset */
  const remove = async (preset) => {
    const answer = await write("remove_preset", { name: preset.name });
    if (!answer) return;
    saved.value = answer.saved;
    save.focus();
    toast(`${preset.name} removed`, "plain", { label: "Undo", act: () => keep(preset) });
  };
  const List = () => html`<div class="saved-presets" hidden=${!saved.value.length}>
    <span class="field-name">Your presets</span>
    <ul>${saved.value.map(
      (preset) => html`<li key=${preset.name}>
        <button type="button" class="button small" translate=${false} onClick=${() => take(preset)}>
          ${preset.name}
        </button>
        <button
          type="button" class="quiet" aria-label="Remove the preset ${preset.name}"
          onClick=${() => remove(preset)}
        >✕</button>
      </li>`,
    )}</ul>
  </div>`;
  const askName = async () => {
    const name = el("input", { type: "text", maxLength: 60, required: true, autofocus: true });
    await ask({
      title: "Save as a preset",
      words: [labelled("Name", name)],
      answers: [["save", "Save"]],
      attempt: () => keep({ ...now(), name: name.value }),
    });
  };
  const save = rendered(
    html`<button
      type="button" class="button small save-preset" onClick=${askName}
      title="Keep this model with these settings for other projects"
    >Save as a preset</button>`,
    HTMLButtonElement,
  );
  return { node: rendered(html`<${List} />`, HTMLDivElement), save };
}
