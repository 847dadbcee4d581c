/** One picture of several beside each other, with their names, to be sent to somebody. */
/** @import { Frame } from "./viewer.js" */
import { saveBlob } from "../kit/save.js";

const [EDGE, GAP, LINE] = [384, 16, 34]; // pixels of a picture, between pictures, and of a line of text

/**
 * Save the frames as a PNG file.
 * @param {Frame[]} frames
 * @param {string} title
 */
export async function saveStrip(frames, title) {
  const pictures = await Promise.all(frames.map(({ src }) => loaded(src ?? "")));
  const canvas = document.createElement("canvas");
  canvas.width = frames.length * (EDGE + GAP) + GAP;
  canvas.height = EDGE + 2 * LINE + 2 * GAP;
  const paper = canvas.getContext("2d");
  if (!paper) return;
  paper.fillStyle = "#fff";
  paper.fillRect(0, 0, canvas.width, canvas.height);
  paper.fillStyle = "#222";
  paper.font = "600 20px sans-serif";
  for (const [i, picture] of pictures.entries()) {
    const x = GAP + i * (EDGE + GAP);
    const scale = Math.min(EDGE / picture.naturalWidth, EDGE / picture.naturalHeight);
    const [width, height] = [picture.naturalWidth * scale, picture.naturalHeight * scale];
    paper.fillText(frames[i].name, x, GAP + 20, EDGE);
    paper.drawImage(picture, x + (EDGE - width) / 2, GAP + LINE + (EDGE - height) / 2, width, height);
  }
  paper.font = "18px sans-serif";
  paper.fillText(title, GAP, canvas.height - GAP, canvas.width - 2 * GAP);
  const file = await new Promise((/** @type {(blob: Blob | null) => void} */ done) =>
    canvas.toBlob(done, "image/png"),
  );
  if (file) saveBlob(file, "before-and-after.png");
}

/**
 * @param {string} src
 * @returns {Promise<HTMLImageElement>}
 */
async function loaded(src) {
  const picture = new Image();
  picture.src = src;
  await picture.decode();
  return picture;
}
