/** A row of the new project form: a picture, its own prompt, its mask, and what is noticed of it. */
/** @import { Runs, ExaminedPicture } from "payloads" */
/** @import { NotePlace } from "./notes.js" */
import { call } from "../../app/session.js";
import { paintMask } from "../../brush/mask_dialog.js";
import { el, find, makeButton, repeats, setAttribute, setText } from "../../kit/dom.js";
import { cropOf } from "./crop.js";
import { notePlace, showNotes } from "./notes.js";

const MASK = "-masklabel.png";
const LARGEST_PAINTED = 2048; // pixels per edge; the server scales pictures down to this size
/**
 * A picture of the form; `path` is the uploaded file, `mask` an uploaded mask file, `painted` a painted mask;
 * `kept` is its file also while that is being checked. `showStored()` shows it as the studio has it, where
 * the browser does not read its format.
 * @typedef {{ node: HTMLElement, image: HTMLImageElement, prompt: HTMLInputElement, note: HTMLElement,
 *   paint: HTMLButtonElement, problems: NotePlace, warnings: NotePlace, seen: HTMLElement, name: string,
 *   remove: () => void, changed: () => void, showStored: () => void, stem: string, kept: string | null,
 *   crop: ReturnType<typeof cropOf>, path: string | null,
 *   mask: string | null, painted: Runs | null, ready: Promise<void> }} Row
 */

/** @param {Row} [row] */
export const removeButton = (row) => row && find(row.node, ".quiet", HTMLButtonElement);

/** @param {{ name: string }} file */
export const isMask = (file) => file.name.toLowerCase().endsWith(MASK);
/** @param {{ name: string }} file */
export const isText = (file) => /\.(txt|caption)$/i.test(file.name);
/**
 * Does a file belong to a system instead of a person, such as `._cat.png` of macOS?
 * @param {{ name: string }} file
 */
export const isCompanion = (file) => file.name.startsWith(".");
/** @param {{ name: string }} file */
export const stem = (file) =>
  (isMask(file) ? file.name.slice(0, -MASK.length) : file.name.replace(/\.[^.]+$/, "")).normalize();

/**
 * @param {{ name: string, source: string, caption: string }} picture `source` is the address to show it from
 * @param {{ remove: () => void, changed: () => void }} on `changed()` is called when something is to be kept
 * @returns {Row}
 */
export function makeRow({ name, source, caption }, { remove, changed }) {
  const prompt = el("input", { type: "text", value: caption, "aria-label": `What ${name} shows` });
  const note = el("span", { class: "field-note" });
  const image = el("img", { src: source, alt: name, width: 64, height: 64 });
  const paint = makeButton(
    { data: { action: "paint-mask" }, "aria-label": `Paint the mask: ${name}` },
    () => paintRow(row),
    "Paint mask",
  );
  const problems = notePlace(prompt);
  const warnings = notePlace(null);
  const crop = cropOf(name, changed);
  const seen = el("div", { class: "seen", hidden: true, role: "status" });
  const node = el(
    "li",
    {},
    image,
    el(
      "span",
      { class: "reference-text" },
      el("span", { class: "file-name", title: name }, name),
      prompt,
      problems.box,
      note,
    ),
    paint,
    makeButton({ class: "quiet", "aria-label": `Remove ${name}` }, remove, "✕"),
    warnings.box,
    crop.node,
    seen,
  );
  /** @type {Row} */
  const row = {
    ...{ node, image, prompt, note, paint, problems, warnings, seen, crop, name, remove, changed },
    showStored() {
      const unread = image.complete && !image.naturalWidth; // by this browser, such as HEIC
      if (unread && row.path) setAttribute(image, "src", `uploaded/${encodeURIComponent(row.path)}`);
    },
    ...{ stem: stem({ name }), kept: null, path: null, mask: null, painted: null, ready: Promise.resolve() },
  };
  image.addEventListener("load", () => {
    crop.show(image);
    changed();
    if (Math.max(image.naturalWidth, image.naturalHeight) > LARGEST_PAINTED)
      refusePainting(paint, "This image is large: start the project, then paint over it");
  });
  image.addEventListener("error", () => row.showStored());
  return row;
}

/**
 * @param {HTMLButtonElement} paint
 * @param {string} title
 */
const refusePainting = (paint, title) => Object.assign(paint, { disabled: true, title });

/**
 * Show what the studio notices of the picture, with the picture as the model sees it where that differs.
 * @param {Row} row
 * @param {ExaminedPicture} found
 */
export function showExamined(row, { note, sentence, address, model }) {
  showNotes(row.warnings, note ? [{ tone: "warning", text: note }] : []);
  row.seen.hidden = !sentence || Boolean(note);
  if (repeats(row.seen, [sentence, address])) return;
  row.seen.replaceChildren();
  if (address)
    row.seen.append(
      seenFigure(row.image.src, `${row.name}, as it is`, "Your image"),
      seenFigure(address, `${row.name}, as ${model} sees it`, `As ${model} sees it`),
      el("p", {}, sentence),
    );
}

/**
 * @param {string} source
 * @param {string} alt
 * @param {string} caption
 */
const seenFigure = (source, alt, caption) =>
  el("figure", {}, el("img", { src: source, alt }), el("figcaption", {}, caption));

/**
 * Open the mask dialog before the project exists; the server checks the mask immediately.
 * @param {Row} row
 */
async function paintRow(row) {
  await row.ready;
  if (!row.path) return;
  paintMask({
    source: row.image.src,
    title: row.image.alt,
    load: async () => ({
      mask: row.painted,
      painted: Boolean(row.painted),
      can_undo: false,
      can_redo: false,
    }),
    send: async (painted) => {
      const answer = await call("reference", "check", { path: row.path, painted });
      if (!answer) return false;
      row.painted = painted;
      setText(row.note, answer.notes.join("; "));
      showPainted(row);
      row.changed();
      return true;
    },
  });
}

/** @param {Row} row */
export const showPainted = (row) => setText(row.paint, row.painted ? "Change mask" : "Paint mask");
