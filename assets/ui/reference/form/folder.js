/** Files that a person drops or picks, with those of folders, and what of folders is not taken. */
import { count } from "../../kit/format.js";
import { toast } from "../../kit/toast.js";
import { isCompanion, isMask, isText } from "./picture_row.js";

export const MOST_PICTURES = 64; // references of a project

/** @type {WeakMap<File, string>} the paths of dropped ones, which browsers do not tell otherwise */
const paths = new WeakMap();

/**
 * The path of a file below where it was chosen: its name, or `10_ink cat/1.png` of a folder.
 * @param {File} file
 */
export const pathOf = (file) => paths.get(file) ?? (file.webkitRelativePath || file.name);

/**
 * All files of a drop. To be called while it is told: what was dropped is forgotten afterwards.
 * @param {DataTransfer} transfer
 * @returns {Promise<File[]>}
 */
export async function droppedFiles(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
  const files = (await Promise.all(entries.map(filesOf))).flat();
  if (!files.length && entries.some(Boolean))
    toast("The folder has no images: drop one that has some.", "error");
  return files;
}

/**
 * @param {FileSystemEntry | File | null} entry
 * @returns {Promise<File[]>}
 */
async function filesOf(entry) {
  if (entry === null || entry instanceof File) return entry ? [entry] : [];
  if (isCompanion(entry)) return [];
  try {
    if (entry.isFile) {
      const one = /** @type {FileSystemFileEntry} */ (entry);
      const file = await new Promise((done, failed) => one.file(done, failed));
      paths.set(file, entry.fullPath.replace(/^\//, ""));
      return [file];
    }
    const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
    const inside = [];
    for (;;) {
      /** @type {FileSystemEntry[]} browsers tell of a hundred at a time */
      const some = await new Promise((done, failed) => reader.readEntries(done, failed));
      if (!some.length) return (await Promise.all(inside.map(filesOf))).flat();
      inside.push(...some);
    }
  } catch (error) {
    toast(`${entry.name} cannot be read: ${/** @type {Error} */ (error).message}`, "error");
    return [];
  }
}

/** What macOS and Windows leave in folders. */
const OF_SYSTEMS = /(^|\/)(\.|__MACOSX\/|Thumbs\.db$|desktop\.ini$)/i;
/** As in gal_studio.state.images.folder: browsers know no kind of some, and call others images. */
const ENDINGS =
  ".jpg .jpeg .jpe .jfif .jif .mpo .png .apng .webp .gif .bmp .tif .tiff " +
  ".avif .avifs .heic .heics .heif .heifs .hif";
const isPicture = (/** @type {File} */ file) =>
  ENDINGS.split(" ").some((ending) => file.name.toLowerCase().endsWith(ending));

/**
 * What is taken of files: each one that was chosen by itself, and of folders the images and texts, in order,
 * as many as fit; and what is said of the rest.
 * @param {File[]} files
 * @param {number} held images that are there already
 * @returns {[taken: File[], said: string]}
 */
export function taken(files, held) {
  const isInside = (/** @type {File} */ file) => pathOf(file) !== file.name;
  const seen = files.filter((file) => !OF_SYSTEMS.test(pathOf(file)));
  if (seen.some(isInside))
    seen.sort((one, other) => pathOf(one).localeCompare(pathOf(other), undefined, { numeric: true }));
  const others = seen.filter((file) => isInside(file) && !isPicture(file) && !isText(file));
  const kept = seen.filter((file) => !others.includes(file));
  const pictures = kept.filter((file) => !isText(file) && !isMask(file));
  const beyond = pictures.slice(Math.max(0, MOST_PICTURES - held));
  const said = [
    others.length && `neither image nor caption: ${named(others)}`,
    beyond.length && `${count(beyond.length, "image")}, since a project has at most ${MOST_PICTURES}`,
  ].filter(Boolean);
  return [kept.filter((file) => !beyond.includes(file)), said.length ? `Left out: ${said.join("; ")}.` : ""];
}

const named = (/** @type {File[]} */ files) =>
  files.slice(0, 3).map(pathOf).join(", ") + (files.length > 3 ? ` and ${files.length - 3} more` : "");
