/** A view's drawings as one file: SVG with its styles in it, or PNG. */
import { svg } from "../../kit/dom.js";

const STYLES = [
  ...["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "opacity", "paint-order"],
  ...["font-family", "font-size", "font-weight"],
];
const GAP = 20; // pixels between two drawings
const PAPER = "#ffffff";
const SHARPNESS = 2; // pixels of the PNG for each of the drawing

/**
 * Several drawings below each other, with the styles and on the ground of the page; others on white.
 * @param {SVGSVGElement[]} drawings
 */
export function oneDrawing(drawings) {
  const inPage = drawings.find((drawing) => drawing.isConnected);
  const ground = inPage ? getComputedStyle(document.body).backgroundColor : PAPER;
  const parts = drawings.map((drawing) => {
    const { width, height } = drawing.viewBox.baseVal;
    return { copy: withStyles(drawing), width, height };
  });
  const width = Math.max(...parts.map((part) => part.width));
  const height = parts.reduce((sum, part) => sum + part.height, GAP * (parts.length - 1));
  const node = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height });
  node.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  node.append(svg("rect", { width, height, fill: ground }));
  let y = 0;
  for (const { copy, ...size } of parts) {
    for (const [name, value] of Object.entries({ x: 0, y, ...size })) copy.setAttribute(name, String(value));
    node.append(copy);
    y += size.height + GAP;
  }
  return node;
}

/** @param {SVGSVGElement} drawing */
function withStyles(drawing) {
  const copy = /** @type {SVGSVGElement} */ (drawing.cloneNode(true));
  copy.removeAttribute("class");
  if (!drawing.isConnected) return copy; // it has its own
  const originals = drawing.querySelectorAll("*");
  for (const [i, node] of copy.querySelectorAll("*").entries()) {
    const style = getComputedStyle(originals[i]);
    for (const name of STYLES) node.setAttribute(name, style.getPropertyValue(name));
    node.removeAttribute("class");
    node.removeAttribute("style");
  }
  return copy;
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
