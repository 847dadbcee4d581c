/** Captions: read by the studio from the files that come with the pictures, and saved as text files. */
/** @import { PictureSet } from "./picture_set.js" */
import { fromStudio } from "../../app/answers.js";
import { call } from "../../app/session.js";
import { saveBlob } from "../../kit/save.js";
import { toast } from "../../kit/toast.js";
import { pathOf } from "./folder.js";
import { isText, stem } from "./picture_row.js";

/** @typedef {{ text: string, source: string }} Caption with the name of its file */

/**
 * The captions among some files, by their pictures' paths without the ending.
 * @param {File[]} files
 * @param {string[]} pictures the paths of all pictures that may have one
 * @returns {Promise<Map<string, Caption>>}
 */
export async function readCaptions(files, pictures) {
  const texts = files.filter(isText);
  if (!texts.length && !pictures.some((one) => one.includes("/"))) return new Map(); // folders may say it
  const body = new FormData();
  body.append("pictures", JSON.stringify(pictures));
  for (const one of texts) body.append("files", one, pathOf(one));
  try {
    const answer = await fromStudio("read-captions", { method: "POST", body });
    if (!answer.ok) throw new Error(await answer.text());
    /** @type {{ found: Record<string, Caption>, problems: string[] }} */
    const { found, problems } = await answer.json();
    for (const sentence of problems) toast(sentence, "error");
    return new Map(Object.entries(found).map(([name, caption]) => [stem({ name }), caption]));
  } catch (error) {
    toast(`The captions were not read. ${/** @type {Error} */ (error).message}`, "error");
    return new Map();
  }
}

/**
 * Give captions to pictures that are in the set already. One that all of a set's first pictures share becomes
 * the prompt for all; those of pictures that come now are left to them.
 * @param {PictureSet} set
 * @param {Map<string, Caption>} captions
 * @param {string[]} coming stems of the pictures that come with the captions
 */
export function giveCaptions(set, captions, coming) {
  const { rows } = set;
  const first = captions.get(coming[0])?.text;
  const shared = first && coming.every((one) => captions.get(one)?.text === first);
  if (shared && !rows.length && !set.prompt.trim()) {
    set.prompt = first;
    for (const one of coming) captions.delete(one);
  }
  for (const [name, caption] of captions) {
    if (coming.includes(name)) continue;
    const row = rows.find((one) => stem({ name: one.place }) === name);
    if (row) Object.assign(row, { prompt: caption.text, captionFile: caption.source });
  }
}

/**
 * Save the prompts of pictures as a zip of text files named like the pictures.
 * @param {{ name: string }[]} rows
 * @param {string[]} prompts
 */
export async function saveCaptions(rows, prompts) {
  const captions = rows.map(({ name }, i) => ({ name, caption: prompts[i] }));
  const answer = await call("reference", "captions", { captions });
  if (!answer) return;
  const bytes = Uint8Array.from(atob(answer.zip), (letter) => letter.charCodeAt(0));
  saveBlob(new Blob([bytes], { type: "application/zip" }), "captions.zip");
}
