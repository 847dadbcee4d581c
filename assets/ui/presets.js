/** Choice of the model, and the settings that come with it. */
import { call } from "./session.js";
import { el } from "./dom.js";

const FIELDS = [
  ["tune.rank", "Rank", "Size of the LoRA"], ["tune.learning_rate", "Learning rate", ""], ["tune.steps", "Steps", "Training steps a round"],
  ["sample.candidates", "Candidates", "Pictures an anchor"], ["sample.steps", "Sampling steps", ""], ["sample.guidance_scale", "Guidance", ""],
  ["gal.top_k", "Suggestions", "Anchors suggested a round"], ["gal.balance_lambda", "Lambda", ""], ["seed", "Seed", "The same seed draws the same pictures"],
];
const WHOLE = new Set(["tune.rank", "tune.steps", "sample.candidates", "sample.steps", "gal.top_k", "seed"]);
const TYPICAL = 0.4; // entropy of a pool in which about half of the anchors are uncertain

const read = (settings, name) => name.split(".").reduce((value, key) => value?.[key], settings);

export async function mountPresets(parts, firstKind) {
  const answer = await call("reference", "options", {});
  if (!answer) return null;
  let kind = firstKind;
  const own = el("div", { class: "own-model", hidden: true },
    input("base_model", "Base model", "a folder, or a name such as runwayml/stable-diffusion-v1-5"), input("clip_model", "CLIP model", "ViT-B-32/openai, or local-dir:FOLDER"));
  const choices = [...answer.presets, { name: "own", title: "Another model", note: "A diffusers folder or a hub name, with a CLIP to judge the pictures.", settings: answer.presets[0].settings }];
  parts.presets.append(...choices.map((preset, i) => el("label", {},
    el("input", { type: "radio", name: "preset", value: preset.name, checked: i === 0 }), el("b", {}, preset.title), el("span", {}, preset.note))), own);
  const fields = new Map(FIELDS.map(([name, label, note]) => [name, number(name, label, note)]));
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
  parts.advanced.addEventListener("input", (event) => { event.target.dataset.edited = "yes"; weigh(fields.get("gal.balance_lambda")); });
  parts.form.addEventListener("reset", () => setTimeout(() => {
    for (const { input: node } of fields.values()) delete node.dataset.edited;
    fill();
  }));
  fill();
  return {
    setKind(next) { kind = next; fill(); },
    chosen: () => ({
      preset: chosen().name === "own" ? null : chosen().name,
      base_model: own.querySelector("[name=base_model]").value.trim(), clip_model: own.querySelector("[name=clip_model]").value.trim(),
      settings: Object.fromEntries([...fields].filter(([, field]) => field.input.dataset.edited).map(([name, field]) => [name, value(name, field.input)])),
    }),
  };
}

/** A number as it was typed; what is no number goes as text, and the studio says what is wrong with it. */
function value(name, node) {
  const typed = Number(node.value);
  return node.value.trim() === "" || Number.isNaN(typed) ? node.value : WHOLE.has(name) ? Math.trunc(typed) : typed;
}

function input(name, label, placeholder) {
  return el("label", { class: "field" }, el("span", { class: "field-name" }, label), el("input", { type: "text", name, placeholder, spellcheck: "false" }));
}

function number(name, label, note) {
  const node = el("input", { type: "text", inputmode: "decimal", name });
  const hint = el("span", { class: "field-note" }, note);
  return { node: el("label", { class: "field" }, el("span", { class: "field-name" }, label), node, hint), input: node, hint };
}

function weigh(field) {
  const lambda = Number(field.input.value);
  field.hint.textContent = Number.isFinite(lambda) ? `an accepted picture weighs about ${Number((lambda * TYPICAL).toPrecision(2))} (reference: 1)` : "";
}
