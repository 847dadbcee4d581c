/** Rendering of painted labels. They differ in pattern and border, not in colour alone. */
/** @import { Mask } from "./mask.js" */
/** @type {Record<string, { tint: string, sign: (scale: number) => OffscreenCanvas, border: string }>} */
const LOOKS = {
  good: { tint: "rgb(255 255 255 / 26%)", sign: dots, border: "#ffffff" },
  bad: { tint: "rgb(20 10 0 / 34%)", sign: stripes, border: "#ff8a3c" },
};
/** @typedef {"keep" | "good" | "bad"} Look how a label is drawn */

const VEIL = "rgb(18 18 24 / 58%)";
/** @type {Map<string, OffscreenCanvas>} */
const tiles = new Map();

/**
 * Draw a mask at the display size of its canvas. `kinds`: `[{label, look}]`.
 * @param {HTMLCanvasElement} canvas
 * @param {Mask} mask
 * @param {{ label: number, look: Look | null }[]} kinds
 */
export function drawMask(canvas, mask, kinds) {
  const scale = window.devicePixelRatio || 1;
  const [width, height] = [Math.round(canvas.clientWidth * scale), Math.round(canvas.clientHeight * scale)];
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  if (!width || !height) return;
  const context = canvas.getContext("2d");
  if (!context) return;
  context.clearRect(0, 0, width, height);
  for (const { label, look } of kinds) {
    if (!look || !mask.labels.includes(label)) continue;
    const keep = look === "keep";
    if (keep)
      fill(
        context,
        stencilOf(mask, (other) => other !== label),
        [VEIL],
      );
    else
      fill(
        context,
        stencilOf(mask, (other) => other === label),
        [LOOKS[look].tint, pattern(context, look, scale)],
      );
    border(context, mask, label, keep ? "#ffffff" : LOOKS[look].border, scale);
  }
}

/**
 * @param {number} width
 * @param {number} height
 * @returns {[OffscreenCanvas, OffscreenCanvasRenderingContext2D]}
 */
function offscreen(width, height) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This browser cannot draw masks.");
  return [canvas, context];
}

/**
 * The chosen pixels as an alpha mask.
 * @param {Mask} mask
 * @param {(label: number) => boolean} chosen
 */
function stencilOf(mask, chosen) {
  const [stencil, context] = offscreen(mask.width, mask.height);
  const picture = context.createImageData(mask.width, mask.height);
  for (let i = 0; i < mask.labels.length; i += 1) if (chosen(mask.labels[i])) picture.data[4 * i + 3] = 255;
  context.putImageData(picture, 0, 0);
  return stencil;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {OffscreenCanvas} stencil
 * @param {(string | CanvasPattern)[]} styles
 */
function fill(context, stencil, styles) {
  const { width, height } = context.canvas;
  const [layer, paint] = offscreen(width, height);
  paint.imageSmoothingEnabled = false;
  for (const style of styles) {
    paint.globalCompositeOperation = "source-over";
    paint.clearRect(0, 0, width, height);
    paint.drawImage(stencil, 0, 0, width, height);
    paint.globalCompositeOperation = "source-in";
    paint.fillStyle = style;
    paint.fillRect(0, 0, width, height);
    context.drawImage(layer, 0, 0);
  }
}

/**
 * Draw an outline as a light line on a dark one, visible on any picture.
 * @param {CanvasRenderingContext2D} context
 * @param {Mask} mask
 * @param {number} label
 * @param {string} colour
 * @param {number} scale
 */
function border(context, mask, label, colour, scale) {
  const { width, height } = context.canvas;
  const path = new Path2D();
  path.addPath(mask.outline(label), { a: width / mask.width, d: height / mask.height });
  context.lineJoin = "round";
  for (const { style, thick } of [
    { style: "rgb(15 15 20 / 85%)", thick: 3.4 },
    { style: colour, thick: 1.6 },
  ]) {
    context.strokeStyle = style;
    context.lineWidth = thick * scale;
    context.stroke(path);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Look} look
 * @param {number} scale
 * @returns {CanvasPattern | string}
 */
function pattern(context, look, scale) {
  const key = `${look} ${scale}`;
  const tile = tiles.get(key) ?? LOOKS[look].sign(scale);
  tiles.set(key, tile);
  return context.createPattern(tile, "repeat") ?? "transparent";
}

/** @param {number} scale */
function stripes(scale) {
  const edge = Math.round(9 * scale);
  const [tile, paint] = offscreen(edge, edge);
  paint.strokeStyle = "rgb(255 138 60 / 95%)";
  paint.lineWidth = 2 * scale;
  for (const shift of [-edge, 0, edge]) {
    paint.beginPath();
    paint.moveTo(shift, edge);
    paint.lineTo(shift + edge, 0);
    paint.stroke();
  }
  return tile;
}

/** @param {number} scale */
function dots(scale) {
  const edge = Math.round(9 * scale);
  const [tile, paint] = offscreen(edge, edge);
  for (const { radius, style } of [
    { radius: 2.1, style: "rgb(15 15 20 / 70%)" },
    { radius: 1.4, style: "#ffffff" },
  ]) {
    paint.fillStyle = style;
    paint.beginPath();
    paint.arc(edge / 2, edge / 2, radius * scale, 0, 7);
    paint.fill();
  }
  return tile;
}
