/** Save something that the page made as a file. */
import { el } from "./dom.js";

/**
 * @param {Blob} file
 * @param {string} name
 */
export function saveBlob(file, name) {
  const address = URL.createObjectURL(file);
  el("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000); // the browser may still read it
}
