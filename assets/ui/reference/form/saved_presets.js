/** Presets of one's own: a model with the settings that were typed for it, kept in the workspace. */
/** @import { OwnPreset } from "payloads" */
import { write } from "../../app/writes.js";
import { ask } from "../../kit/ask.js";
import { el, labelled, makeButton } from "../../kit/dom.js";
import { toast } from "../../kit/toast.js";

/**
 * `node` lists them, and `save` is the button that adds one.
 * @param {readonly OwnPreset[]} first
 * @param {{ now: () => Omit<OwnPreset, "name">, take: (preset: OwnPreset) => void }} form
 */
export function savedPresets(first, { now, take }) {
  const list = el("ul", {});
  const node = el(
    "div",
    { class: "saved-presets" },
    el("span", { class: "field-name" }, "Your presets"),
    list,
  );
  /** @param {readonly OwnPreset[]} saved */
  const show = (saved) => {
    node.hidden = !saved.length;
    list.replaceChildren(...saved.map(item));
  };
  /** @param {OwnPreset} preset */
  const keep = async (preset) => {
    const answer = await write("save_preset", preset);
    if (answer) show(answer.saved);
    return Boolean(answer);
  };
  /** @param {OwnPreset} preset */
  const remove = async (preset) => {
    const answer = await write("remove_preset", { name: preset.name });
    if (!answer) return;
    show(answer.saved);
    save.focus();
    toast(`${preset.name} removed`, "plain", { label: "Undo", act: () => keep(preset) });
  };
  /** @param {OwnPreset} preset */
  const item = (preset) =>
    el(
      "li",
      {},
      makeButton({ class: "button small", translate: "no" }, () => take(preset), preset.name),
      makeButton(
        { class: "quiet", "aria-label": `Remove the preset ${preset.name}` },
        () => remove(preset),
        "✕",
      ),
    );
  const save = makeButton(
    { class: "button small save-preset", title: "Keep this model with these settings for other projects" },
    async () => {
      const name = el("input", { type: "text", maxLength: 60, required: true, autofocus: true });
      await ask({
        title: "Save as a preset",
        words: [labelled("Name", name)],
        answers: [["save", "Save"]],
        attempt: () => keep({ ...now(), name: name.value }),
      });
    },
    "Save as a preset",
  );
  show(first);
  return { node, save };
}
