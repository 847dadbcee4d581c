/** Captions as other trainers keep them: one list for all pictures of a folder (`caption_lists.py`). */
import { parseCsv } from "../../rounds/views/table.js";

const LISTS = /^((metadata|captions)\.(jsonl|json|csv)|meta_(cap|clean)\.json)$/i;
const OTHER_FORMS = /\.(json|jsonl|yaml|yml|xml|csv|md|tags|cap)$/i;
const LARGEST = 8 << 20; // bytes
const FILE = ["file_name", "file", "image", "img", "path", "filename", "image_path"];
const CAPTION = ["text", "caption", "prompt", "description"];

/** @param {{ name: string }} file */
export const isList = (file) => LISTS.test(file.name);
/**
 * Is a file a caption in a form that is not read?
 * @param {{ name: string }} file
 */
export const isOtherForm = (file) => OTHER_FORMS.test(file.name) && !isList(file);

/**
 * The captions of a list, by the names of their pictures. Throws for a file that is none.
 * @param {File} file
 * @returns {Promise<[string, string][]>}
 */
export async function captionsOf(file) {
  if (file.size > LARGEST) throw new RangeError();
  const text = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  return captionsIn(file.name, text);
}

/**
 * @param {string} name of the list
 * @param {string} text
 * @returns {[string, string][]}
 */
export function captionsIn(name, text) {
  if (/csv$/i.test(name)) return listed(csvRows(text));
  if (/jsonl$/i.test(name))
    return listed(
      text
        .split("\n")
        .filter((line) => line.trim())
        .map((line) => JSON.parse(line)),
    );
  const found = JSON.parse(text);
  if (Array.isArray(found)) return listed(found);
  if (typeof found !== "object" || !found) throw new TypeError();
  if ("annotations" in found) return ofCoco(found);
  return Object.entries(found).flatMap(([picture, value]) => {
    const caption = typeof value === "string" ? value : first(value, CAPTION);
    return caption ? [pair(picture, caption)] : [];
  });
}

/**
 * The first caption of each picture: COCO keeps both apart, joined by numbers.
 * @param {any} found
 */
function ofCoco({ images, annotations }) {
  const given = new Map();
  for (const row of annotations) if (!given.has(row.image_id)) given.set(row.image_id, first(row, CAPTION));
  return images.flatMap((/** @type {any} */ row) => {
    const [picture, caption] = [first(row, FILE), given.get(row.id)];
    return picture && caption ? [pair(picture, caption)] : [];
  });
}

/** @param {unknown[]} rows */
function listed(rows) {
  return rows.flatMap((row) => {
    const [picture, caption] = [first(row, FILE), first(row, CAPTION)];
    return picture && caption ? [pair(picture, caption)] : [];
  });
}

/**
 * @param {string} picture
 * @param {string} caption
 * @returns {[string, string]}
 */
const pair = (picture, caption) => [
  picture
    .replace(/^.*[\\/]/, "")
    .normalize()
    .toLowerCase(),
  caption.split(/\s+/).join(" ").trim(),
];

/**
 * @param {unknown} row
 * @param {string[]} keys
 */
function first(row, keys) {
  if (typeof row !== "object" || !row) throw new TypeError();
  const values = new Map(Object.entries(row).map(([key, value]) => [key.trim().toLowerCase(), value]));
  const found = keys.map((key) => values.get(key)).find(Boolean);
  return typeof found === "string" ? found : "";
}

/**
 * The rows of a CSV table by the names of its columns.
 * @param {string} text
 */
function csvRows(text) {
  const [heading = [], ...others] = parseCsv(text);
  return others.map((row) => Object.fromEntries(heading.map((name, i) => [name, row[i] ?? ""])));
}
