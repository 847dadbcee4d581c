/** Choice of the model, and the settings that come with it. */
import { call } from "../app/session.js";
import { el } from "../kit/dom.js";
import { makeFields, read, typedValue, weigh } from "../kit/settings_fields.js";

export async function mountPresets(parts, firstKind) {
  const answer = await call("reference", "options", {});
  if (!answer) return null;
  let kind = firstKind;
  const own = el(
    "div",
    { class: "own-model", hidden: true },
    input("base_model", "Base model", "a folder, or a name such as runwayml/stable-diffusion-v1-5"),
    input("clip_model", "CLIP model", "ViT-B-32/openai, or local-dir:FOLDER"),
  );
  const choices = [
    ...answer.presets,
    {
      name: "own",
      title: "Another model",
      note: "A diffusers folder or a hub name, with a CLIP to judge the pictures.",
      settings: answer.presets[0].settings,
    },
  ];
  parts.presets.append(
    ...choices.map((preset, i) =>
      el(
        "label",
        {},
        el("input", { type: "radio", name: "preset", value: preset.name, defaultChecked: i === 0 }),
        el("b", {}, preset.title),
        el("span", {}, preset.note),
      ),
    ),
    own,
  );
  const fields = makeFields();
  parts.advanced.append(...[...fields.values()].map((field) => field.node));

  const chosen = () => choices.find((preset) => preset.name === parts.form.elements.preset.value);
  const fill = () => {
    own.hidden = chosen().name !== "own";
    for (const [name, field] of fields) {
      if (field.input.dataset.edited) continue;
      field.input.value = name === "seed" ? answer.seed : read(chosen().settings[kind], name);
    }
    weigh(fields.get("gal.balance_lambda"));
  };
  parts.presets.addEventListener("change", fill);
  parts.advanced.addEventListener("input", (event) => {
    event.target.dataset.edited = "yes";
    weigh(fields.get("gal.balance_lambda"));
  });
  parts.form.addEventListener("reset", () =>
    setTimeout(() => {
      for (const { input: node } of fields.values()) delete node.dataset.edited;
      fill();
    }),
  );
  fill();
  return {
    setKind(next) {
      kind = next;
      fill();
    },
    chosen: () => ({
      preset: chosen().name === "own" ? null : chosen().name,
      base_model: own.querySelector("[name=base_model]").value.trim(),
      clip_model: own.querySelector("[name=clip_model]").value.trim(),
      settings: Object.fromEntries(
        [...fields]
          .filter(([, field]) => field.input.dataset.edited)
          .map(([name, field]) => [name, typedValue(name, field.input)]),
      ),
    }),
  };
}

function input(name, label, placeholder) {
  return el(
    "label",
    { class: "field" },
    el("span", { class: "field-name" }, label),
    el("input", { type: "text", name, placeholder, spellcheck: "false" }),
  );
}
