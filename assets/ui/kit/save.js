/** Save something that the page made as a file. */

/**
 * @param {Blob} file
 * @param {string} name
 */
export function saveBlob(file, name) {
  const address = URL.createObjectURL(file);
  Object.assign(document.createElement("a"), { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000); // the browser may still read it
}
