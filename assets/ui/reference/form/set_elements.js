/** The elements of one set of references in the form. */
import { el, labelled, makeButton, setText } from "../../kit/dom.js";
import { notePlace } from "./notes.js";

/**
 * @param {{ changed: () => void, remove: () => void, save: () => void, removeAll: () => void }} on
 */
export function elementsOf({ changed, remove, save, removeAll }) {
  const file = el("input", {
    type: "file",
    accept: "image/*,.heic,.heif,.txt,.caption,.jsonl,.json,.csv",
    multiple: true,
    data: { part: "file" },
    "aria-label": "Choose reference images",
  });
  const drop = el(
    "label",
    { class: "drop" },
    file,
    el("b", {}, "Drop images here"),
    el("span", {}, "or click to choose. A text file of the same name becomes the prompt."),
  );
  const list = el("ol", { class: "reference-rows" });
  const trigger = textInput("<cute-cat>", "trigger", changed);
  const prompt = textInput("", "prompt", changed);
  const question = el("span", { class: "field-name" });
  const saving = makeButton(
    {
      class: "quiet save-captions",
      title: "Save the prompts as text files named like the images, in a zip file",
      hidden: true,
    },
    save,
    "Save captions",
  );
  const removing = makeButton({ class: "quiet remove-all", hidden: true }, removeAll, "Remove all");
  const fileNotes = notePlace(file);
  const promptNotes = notePlace(prompt);
  const triggerNotes = notePlace(trigger);
  const field = el(
    "div",
    { class: "field", hidden: true },
    labelled(
      "Trigger word",
      trigger,
      el("span", { class: "field-note" }, "A made-up word for your object, to use in prompts."),
    ),
    triggerNotes.box,
  );
  const derived = el("div", { class: "derived", role: "status" });
  const title = el("h3");
  const away = makeButton({ class: "quiet" }, remove, "Remove");
  const head = el("div", { class: "set-head", hidden: true }, title, away);
  const pictures = el("span", { class: "field-name" }, "Reference images");
  const node = el(
    "div",
    { class: "reference-set", role: "group" },
    head,
    el("div", { class: "field" }, pictures, drop, fileNotes.box),
    el(
      "div",
      { class: "field prompt-field" },
      el("label", { class: "field" }, question, prompt),
      el("span", { class: "set-actions" }, removing, saving),
      promptNotes.box,
    ),
    list,
    field,
    derived,
  );
  return {
    ...{ node, head, title, away, file, drop, list, trigger, prompt, question, field, derived },
    ...{ save: saving, removeAll: removing, fileNotes, promptNotes, triggerNotes },
  };
}

/**
 * @param {string} placeholder
 * @param {string} part
 * @param {() => void} input
 */
const textInput = (placeholder, part, input) =>
  el("input", { type: "text", placeholder, spellcheck: part === "prompt", data: { part }, on: { input } });

/**
 * @param {HTMLElement} drop
 * @param {HTMLInputElement} file
 * @param {(files: File[]) => void} add
 */
export function takeFiles(drop, file, add) {
  /** @param {boolean} on */
  const over = (on) => (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    drop.toggleAttribute("data-over", on);
  };
  drop.addEventListener("dragover", over(true));
  drop.addEventListener("dragleave", over(false));
  drop.addEventListener("drop", (event) => {
    over(false)(event);
    add([...(event.dataTransfer?.files ?? [])]);
  });
  file.addEventListener("change", () => {
    add([...(file.files ?? [])]);
    file.value = "";
  });
}

/**
 * Number a set among several objects; null for the only one.
 * @param {ReturnType<typeof elementsOf>} parts
 * @param {number | null} number
 */
export function labelSet({ head, title, node, away }, number) {
  head.hidden = number === null;
  setText(title, `Object ${number}`);
  node.setAttribute("aria-label", number === null ? "References" : `Object ${number}`);
  away.setAttribute("aria-label", `Remove object ${number}`);
}
