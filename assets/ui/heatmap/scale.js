/**
 * The heatmap colour scale, from dark violet (0) to yellow (1), based on viridis. Its lightness increases
 * monotonically, so it also works with colour blindness and in greyscale. The limits are the same for all
 * pictures.
 */
/** @import { PatchMap } from "payloads" */
const STOPS = [
  [68, 1, 84],
  [72, 40, 120],
  [62, 74, 137],
  [49, 104, 142],
  [38, 130, 142],
  [31, 158, 137],
  [53, 183, 121],
  [110, 206, 88],
  [181, 222, 43],
  [253, 231, 37],
];

/** The colour of a value in [0, 1] as [red, green, blue]. @param {number} quality */
export function heatColour(quality) {
  const place = Math.min(1, Math.max(0, quality)) * (STOPS.length - 1);
  const i = Math.min(STOPS.length - 2, Math.floor(place));
  return STOPS[i].map((value, channel) => Math.round(value + (STOPS[i + 1][channel] - value) * (place - i)));
}

const CSS_STOPS = STOPS.map((stop) => `rgb(${stop.join(",")})`);
export const heatGradient = `linear-gradient(90deg, ${CSS_STOPS.join(", ")})`;

/**
 * Bilinear interpolation with half-pixel centres, as in training.
 * @param {Pick<PatchMap, "values" | "height" | "width">} map
 * @param {number} y from 0 to 1
 * @param {number} x from 0 to 1
 */
export function between({ values, height, width }, y, x) {
  const [top, low, down] = neighbours(y * height - 0.5, height);
  const [left, right, across] = neighbours(x * width - 0.5, width);
  /** @param {number} line */
  const row = (line) => values[line * width + left] * (1 - across) + values[line * width + right] * across;
  return row(top) * (1 - down) + row(low) * down;
}

/**
 * @param {number} place
 * @param {number} end
 */
function neighbours(place, end) {
  const inside = Math.min(end - 1, Math.max(0, place));
  const first = Math.floor(inside);
  return [first, Math.min(end - 1, first + 1), inside - first];
}

const FINE = 8; // pixels per patch

/**
 * @param {PatchMap} map
 * @param {HTMLCanvasElement} canvas
 */
export function paintMap(map, canvas) {
  canvas.width = map.width * FINE;
  canvas.height = map.height * FINE;
  const context = canvas.getContext("2d");
  if (!context) return;
  const picture = context.createImageData(canvas.width, canvas.height);
  for (let row = 0, at = 0; row < canvas.height; row += 1) {
    for (let column = 0; column < canvas.width; column += 1, at += 4) {
      picture.data.set(
        heatColour(between(map, (row + 0.5) / canvas.height, (column + 0.5) / canvas.width)),
        at,
      );
      picture.data[at + 3] = 255;
    }
  }
  context.putImageData(picture, 0, 0);
}
