/** Captions: read from text files of the same name as the pictures, and saved as such files. */
/** @import { PictureSet } from "./picture_set.js" */
import { call } from "../../app/session.js";
import { saveBlob } from "../../kit/save.js";
import { toast } from "../../kit/toast.js";
import { captionsOf, isList, isOtherForm } from "./caption_lists.js";
import { isText, stem } from "./picture_row.js";

const LARGEST = 10_000; // bytes; a caption has a few lines

/**
 * The captions among some files, by the stem of their pictures' names: `cat.txt`, `cat.png.txt`, and lists.
 * @param {File[]} files
 * @param {string[]} pictures the names of all pictures that may have one
 * @returns {Promise<Map<string, string>>}
 */
export async function readCaptions(files, pictures) {
  const captions = await readLists(files.filter(isList), pictures);
  for (const { name } of files.filter(isOtherForm)) {
    const picture = pictures.find((one) => [one, stem({ name: one })].includes(stem({ name })));
    if (picture) toast(`${name} is not read: put the caption into ${stem({ name: picture })}.txt.`, "error");
  }
  const whole = new Map(
    pictures.flatMap((name) =>
      [name.normalize(), `${stem({ name })}.txt`].map((own) => [own, stem({ name })]),
    ),
  );
  for (const file of files.filter(isText)) {
    let data = new Uint8Array();
    try {
      if (file.size > LARGEST) throw new RangeError();
      data = new Uint8Array(await file.arrayBuffer());
      const text = new TextDecoder("utf-8", { fatal: true }).decode(data);
      captions.set(whole.get(stem(file)) ?? stem(file), text.split(/\s+/).join(" ").trim());
    } catch (error) {
      const why = error instanceof RangeError ? "is too long for a caption" : notUtf8(data);
      toast(`${file.name} ${why}: its image has no caption yet.`, "error");
    }
  }
  return captions;
}

/**
 * @param {File[]} lists
 * @param {string[]} pictures
 */
async function readLists(lists, pictures) {
  /** @type {Map<string, string>} */
  const captions = new Map();
  for (const list of lists) {
    try {
      const found = new Map(await captionsOf(list));
      for (const name of pictures) {
        const own = stem({ name });
        const caption = found.get(name.normalize().toLowerCase()) ?? found.get(own.toLowerCase());
        if (caption) captions.set(own, caption);
      }
    } catch {
      toast(`The captions in ${list.name} cannot be read: give each image its caption by name.`, "error");
    }
  }
  return captions;
}

/** @param {Uint8Array} data */
function notUtf8(data) {
  const isWide = (data[0] === 0xff && data[1] === 0xfe) || (data[0] === 0xfe && data[1] === 0xff);
  return `is not UTF-8 text${isWide ? " but UTF-16" : ""}`;
}

/**
 * Give captions to pictures that are in the set already. One that all of a set's first pictures share becomes
 * the prompt for all; those of pictures that come now are left to them.
 * @param {PictureSet} set
 * @param {Map<string, string>} captions
 * @param {string[]} coming stems of the pictures that come with the captions
 */
export function giveCaptions(set, captions, coming) {
  const { rows } = set;
  const first = captions.get(coming[0]);
  const shared = first && coming.every((one) => captions.get(one) === first);
  if (shared && !rows.length && !set.prompt.trim()) {
    set.prompt = first;
    for (const one of coming) captions.delete(one);
  }
  for (const [name, caption] of captions) {
    if (coming.includes(name)) continue;
    const row = rows.find((one) => one.stem === name);
    if (row) row.prompt = caption;
    else toast(`${name}.txt belongs to an image that is not here: choose both together.`, "error");
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
