/** The form of a new project: pictures with prompts, what follows from them, model and settings. */
import { on, state } from "./store.js";
import { call } from "./session.js";
import { el } from "./dom.js";
import { toast } from "./toast.js";
import { mountPresets } from "./presets.js";

export function mountForm(parts, upload, created) {
  const { form } = parts;
  const rows = [];
  let presets = null;
  const kind = () => form.elements.kind.value;
  const prompts = () => rows.map((row) => row.prompt.value.trim() || rows[0].prompt.value.trim());
  const facts = () => ({ kind: kind(), trigger_word: parts.trigger.value, prompts: prompts() });

  let timer;
  const derive = () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const asked = facts();
      parts["trigger-field"].hidden = asked.kind === "style";
      if (!asked.prompts.some(Boolean)) return parts.derived.replaceChildren();
      const answer = await call("reference", "derive", asked);
      if (answer && JSON.stringify(asked) === JSON.stringify(facts())) showDerived(parts, answer);
      return undefined;
    }, 180);
  };

  const add = async (files) => {
    const captions = new Map();
    for (const file of files) if (file.name.endsWith(".txt")) captions.set(stem(file), (await file.text()).trim());
    for (const file of files) {
      if (file.name.endsWith(".txt")) continue;
      const row = makeRow(file, captions.get(stem(file)) ?? "", () => { rows.splice(rows.indexOf(row), 1); row.node.remove(); derive(); });
      rows.push(row);
      parts.rows.append(row.node);
      row.prompt.addEventListener("input", derive);
      row.ready = send(row, file, upload);
    }
    rows.find((row) => !row.prompt.value)?.prompt.focus();
    derive();
  };

  drops(parts, add);
  form.addEventListener("change", (event) => { if (event.target.name === "kind") { presets?.setKind(kind()); derive(); } });
  parts.trigger.addEventListener("input", derive);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    parts.create.disabled = true;
    await Promise.all(rows.map((row) => row.ready));
    const references = rows.filter((row) => row.path).map((row) => ({ path: row.path, prompt: row.prompt.value.trim() || rows[0].prompt.value.trim() }));
    const answer = await call("reference", "create", { ...facts(), name: parts.name.value, references, ...presets?.chosen() });
    parts.create.disabled = false;
    if (!answer) return;
    for (const row of rows.splice(0)) row.node.remove();
    form.reset();
    presets?.setKind(kind());
    derive();
    created(answer.project);
  });
  on("step", async () => {
    if (state.step === "reference") presets ??= await mountPresets(parts, kind());
  });
}

const stem = (file) => file.name.replace(/\.[^.]+$/, "");

function makeRow(file, caption, remove) {
  const prompt = el("input", { type: "text", value: caption, "aria-label": `What ${file.name} shows`, placeholder: "A cat in watercolor painting style" });
  const note = el("span", { class: "field-note" });
  const image = el("img", { src: URL.createObjectURL(file), alt: file.name, width: 64, height: 64 });
  const node = el("li", {}, image, el("span", { class: "reference-text" }, prompt, note),
    el("button", { type: "button", class: "quiet", "aria-label": `Remove ${file.name}`, on: { click: remove } }, "✕"));
  return { node, prompt, note, remove, path: null, ready: null };
}

/** Upload one picture and let the studio look at it; a picture that cannot be read leaves at once. */
async function send(row, file, upload) {
  try {
    const { path } = await upload(file);
    const answer = await call("reference", "check", { path });
    if (!answer) return row.remove();
    row.path = path;
    row.note.textContent = answer.notes.join("; ");
  } catch {
    toast(`${file.name} could not be uploaded: try again.`, "error");
    row.remove();
  }
  return undefined;
}

function drops(parts, add) {
  const over = (on) => (event) => { event.preventDefault(); parts.drop.toggleAttribute("data-over", on); };
  parts.drop.addEventListener("dragover", over(true));
  parts.drop.addEventListener("dragleave", over(false));
  parts.drop.addEventListener("drop", (event) => { over(false)(event); add([...event.dataTransfer.files]); });
  parts.file.addEventListener("change", () => { add([...parts.file.files]); parts.file.value = ""; });
}

function showDerived(parts, answer) {
  parts.derived.dataset.tone = answer.problem ? "problem" : "good";
  if (answer.problem) return parts.derived.replaceChildren(el("p", {}, answer.problem));
  parts.name.placeholder = answer.name;
  return parts.derived.replaceChildren(
    el("dl", {}, answer.facts.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, el("code", {}, value))])),
    el("p", {}, "The studio will ask for: ", answer.anchors.flatMap((anchor, i) => [i ? " · " : "", el("span", {}, anchor)]), " …"));
}
