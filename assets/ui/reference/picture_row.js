/** A row of the new project form: a picture, its prompt and its mask. */
/** @import { Runs } from "../app/payloads_refinement.d.ts" */
import { call } from "../app/session.js";
import { paintMask } from "../brush/mask_dialog.js";
import { el, setText } from "../kit/dom.js";

const MASK = "-masklabel.png";
const LARGEST_PAINTED = 2048; // pixels per edge; the server scales pictures down to this size
/**
 * A picture of the form; `path` is the uploaded file, `mask` an uploaded mask file, `painted` a painted mask.
 * @typedef {{ node: HTMLElement, prompt: HTMLInputElement, note: HTMLElement, paint: HTMLButtonElement,
 *   remove: () => void, stem: string, path: string | null, mask: string | null, painted: Runs | null,
 *   ready: Promise<void> }} Row
 */

/** @param {File} file */
export const isMask = (file) => file.name.toLowerCase().endsWith(MASK);
/** @param {File} file */
export const isText = (file) => file.name.toLowerCase().endsWith(".txt");
/** @param {File} file */
export const stem = (file) =>
  isMask(file) ? file.name.slice(0, -MASK.length) : file.name.replace(/\.[^.]+$/, "");

/**
 * @param {File} file
 * @param {string} caption
 * @param {string} placeholder
 * @param {() => void} remove
 * @returns {Row}
 */
export function makeRow(file, caption, placeholder, remove) {
  const prompt = el("input", {
    type: "text",
    value: caption,
    "aria-label": `What ${file.name} shows`,
    placeholder,
  });
  const note = el("span", { class: "field-note" });
  const image = el("img", { src: URL.createObjectURL(file), alt: file.name, width: 64, height: 64 });
  const paint = el(
    "button",
    {
      type: "button",
      class: "button small",
      data: { action: "paint-mask" },
      "aria-label": `Paint the mask: ${file.name}`,
      on: { click: () => paintRow(row, image) },
    },
    "Paint mask",
  );
  const node = el(
    "li",
    {},
    image,
    el("span", { class: "reference-text" }, prompt, note),
    paint,
    el(
      "button",
      { type: "button", class: "quiet", "aria-label": `Remove ${file.name}`, on: { click: remove } },
      "✕",
    ),
  );
  /** @type {Row} */
  const row = {
    node,
    prompt,
    note,
    paint,
    remove,
    stem: stem(file),
    path: null,
    mask: null,
    painted: null,
    ready: Promise.resolve(),
  };
  image.addEventListener("load", () => {
    if (Math.max(image.naturalWidth, image.naturalHeight) <= LARGEST_PAINTED) return;
    Object.assign(paint, {
      disabled: true,
      title: "This picture is large: start the project, then paint over it",
    });
  });
  image.addEventListener("error", () => {
    Object.assign(paint, {
      disabled: true,
      title: "This browser does not show the picture: start the project, then paint over it",
    });
  });
  return row;
}

/**
 * Open the mask dialog before the project exists; the server checks the mask immediately.
 * @param {Row} row
 * @param {HTMLImageElement} image
 */
async function paintRow(row, image) {
  await row.ready;
  if (!row.path) return;
  paintMask({
    source: image.src,
    title: image.alt,
    load: async () => ({ mask: row.painted, painted: Boolean(row.painted) }),
    send: async (painted) => {
      const answer = await call("reference", "check", { path: row.path, painted });
      if (!answer) return false;
      row.painted = painted;
      setText(row.note, answer.notes.join("; "));
      setText(row.paint, painted ? "Change mask" : "Paint mask");
      return true;
    },
  });
}
