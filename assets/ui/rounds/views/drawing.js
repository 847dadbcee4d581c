/** The charts of a view as one file: SVG, or PNG. */
import { svg } from "../../kit/dom.js";

const GAP = 20; // pixels between two charts
const SHARPNESS = 2; // pixels of the PNG for each of the drawing

/**
 * Several drawings below each other.
 * @param {SVGSVGElement[]} drawings
 */
export function oneDrawing(drawings) {
  const sizes = drawings.map(({ viewBox }) => viewBox.baseVal);
  const width = Math.max(...sizes.map((one) => one.width));
  const height = sizes.reduce((sum, one) => sum + one.height, GAP * (sizes.length - 1));
  const node = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height }, ...drawings);
  node.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  let y = 0;
  for (const [i, drawing] of drawings.entries()) {
    drawing.setAttribute("y", String(y));
    y += sizes[i].height + GAP;
  }
  return node;
}

/** @param {SVGSVGElement} drawing */
export const svgFile = (drawing) =>
  new Blob([new XMLSerializer().serializeToString(drawing)], { type: "image/svg+xml" });

/**
 * @param {SVGSVGElement} drawing
 * @returns {Promise<Blob | null>}
 */
export async function pngFile(drawing) {
  const { width, height } = drawing.viewBox.baseVal;
  const picture = new Image();
  const text = new XMLSerializer().serializeToString(drawing);
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await picture.decode();
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: width * SHARPNESS, height: height * SHARPNESS });
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}
