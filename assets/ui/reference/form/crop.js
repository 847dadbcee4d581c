/**
 * What is learned of a picture that is not square, as a frame over the whole picture: nearly all of it where
 * the training keeps its shape, or a square that is moved along its longer side.
 */
/** @import { Row } from "./picture_row.js" */
import { Button, html, withValue } from "../../kit/html.js";

const WORTH_SHOWING = 0.05; // share of the picture outside of the square; less is nearly all of it
const MIDDLE = 0.5;
const SHOWN = 160; // pixels of the longer side
const STEP = 0.01;

/**
 * The share of a picture that is outside its largest square.
 * @param {number} width
 * @param {number} height
 */
export const cutOff = (width, height) => 1 - Math.min(width, height) / Math.max(width, height);

/**
 * Where the frame is when the pointer has moved it by so many pixels.
 * @param {number} at place in [0, 1] along the longer side
 * @param {number} moved pixels
 * @param {number} room pixels that the frame can move
 */
export const movedBy = (at, moved, room) => (room > 0 ? Math.min(1, Math.max(0, at + moved / room)) : at);

/**
 * The largest box of this aspect ratio in a picture.
 * @param {number} width
 * @param {number} height
 * @param {number} aspect width by height
 */
export const largestBox = (width, height, aspect) =>
  width > height * aspect ? [height * aspect, height] : [width, width / aspect];

/**
 * Whether of a picture of this size so much is outside of a square that it is worth showing.
 * @param {number[] | null} size
 */
const isShown = (size) => size !== null && cutOff(size[0], size[1]) >= WORTH_SHOWING;

/**
 * The frame of a row; `row.at` is the place that was chosen, null for what the settings say.
 * @param {{ row: Row, changed: () => void }} props
 */
export function Crop({ row, changed }) {
  const { at, name, shape, size, source } = row;
  if (!isShown(size)) return null;
  const [width, height] = size ?? [1, 1];
  const keepsShape = at === null && shape !== null;
  const scale = SHOWN / Math.max(width, height);
  const aspect = keepsShape && shape ? shape.width / shape.height : 1;
  const [across, down] = largestBox(width * scale, height * scale, aspect);
  const place = at ?? MIDDLE;

  /** @param {number | null} to */
  const move = (to) => {
    row.at = to;
    changed();
  };
  const grab = (/** @type {PointerEvent & { currentTarget: HTMLElement }} */ event) => {
    event.preventDefault();
    if (keepsShape) return;
    const area = event.currentTarget;
    area.setPointerCapture(event.pointerId);
    const from = { x: event.clientX, y: event.clientY };
    const drag = (/** @type {PointerEvent} */ now) => {
      const moved = width > height ? now.clientX - from.x : now.clientY - from.y;
      move(movedBy(place, moved, Math.abs(width - height) * scale));
    };
    area.addEventListener("pointermove", drag);
    area.addEventListener("lostpointercapture", () => area.removeEventListener("pointermove", drag), {
      once: true,
    });
  };
  const box = { width: `${width * scale}px`, height: `${height * scale}px` };
  const frame = {
    width: `${across}px`,
    height: `${down}px`,
    left: `${place * (width * scale - across)}px`,
    top: `${place * (height * scale - down)}px`,
  };
  return html`<div class="crop">
    <span class="crop-area" data-still=${String(keepsShape)} style=${box} onPointerDown=${grab}>
      <img class="crop-picture" alt="" src=${source} draggable=${false} />
      <span class="crop-frame" aria-hidden="true" style=${frame} />
    </span>
    <span>
      <span class="crop-words">${sentence(row, cutOff(width, height))}</span>
      <input
        type="range" min="0" max="1" step=${STEP} value=${place} hidden=${keepsShape}
        aria-label="Which part of ${name} is trained on" onInput=${withValue((value) => move(Number(value)))}
      />
      <${Button}
        class="button small crop-other" hidden=${shape === null}
        onClick=${() => move(at === null ? MIDDLE : null)}
      >${at === null ? "Crop to a square" : "Keep its shape"}<//>
    </span>
  </div>`;
}

/**
 * @param {Row} row
 * @param {number} outside share of the picture
 */
function sentence({ at, shape }, outside) {
  if (at === null && shape) return shape.text;
  const share = `${Math.round(100 * outside)}% of the image`;
  return at === null
    ? `Training uses one square at a time: ${share} is outside the frame. Move it to choose.`
    : `Only the area inside the frame is trained on: ${share} is cut off.`;
}
