/**
 * What is learned of a picture that is not square, as a frame over the whole picture: nearly all of it where
 * the training keeps its shape, or a square that is moved along its longer side.
 */
/** @import { OwnShape } from "payloads" */
import { el, makeButton, setText } from "../../kit/dom.js";

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
 * @param {string} name
 * @param {() => void} changed
 */
export function cropOf(name, changed) {
  /** @type {number | null} */
  let at = null; // null: what the settings say
  /** @type {OwnShape | null} */
  let own = null; // null: a square
  let [width, height] = [0, 0];
  const frame = el("span", { class: "crop-frame", "aria-hidden": "true" });
  const picture = el("img", { class: "crop-picture", alt: "", draggable: false });
  const area = el("span", { class: "crop-area" }, picture, frame);
  const slider = el("input", {
    ...{ type: "range", min: 0, max: 1, step: STEP, value: MIDDLE },
    "aria-label": `Which part of ${name} is learned`,
    on: { input: () => move(Number(slider.value)) },
  });
  const words = el("span", { class: "crop-words" });
  const other = makeButton({ class: "crop-other" }, () => move(at === null ? MIDDLE : null), "");
  const node = el("div", { class: "crop", hidden: true }, area, el("span", {}, words, slider, other));

  const keepsShape = () => at === null && own !== null;

  const draw = () => {
    const scale = SHOWN / Math.max(width, height, 1);
    const aspect = keepsShape() && own ? own.width / own.height : 1;
    const [across, down] = largestBox(width * scale, height * scale, aspect);
    const place = at ?? MIDDLE;
    Object.assign(area.style, { width: `${width * scale}px`, height: `${height * scale}px` });
    Object.assign(frame.style, {
      width: `${across}px`,
      height: `${down}px`,
      left: `${place * (width * scale - across)}px`,
      top: `${place * (height * scale - down)}px`,
    });
    slider.value = String(place);
    slider.hidden = keepsShape();
    area.dataset.still = String(keepsShape());
    other.hidden = own === null;
    setText(other, at === null ? "Crop to a square" : "Keep its shape");
    setText(words, sentence());
  };

  const sentence = () => {
    if (at === null && own) return own.text;
    const share = `${Math.round(100 * cutOff(width, height))}% of the image`;
    return at === null
      ? `A training sees one square at a time: ${share} is outside the frame. Move it to choose.`
      : `Only what is in the frame is learned: ${share} is cut off.`;
  };

  /** @param {number | null} place */
  const move = (place) => {
    at = place;
    draw();
    changed();
  };

  area.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    if (keepsShape()) return;
    area.setPointerCapture(event.pointerId);
    const scale = SHOWN / Math.max(width, height);
    const from = { x: event.clientX, y: event.clientY, at: at ?? MIDDLE };
    const drag = (/** @type {PointerEvent} */ now) => {
      const moved = width > height ? now.clientX - from.x : now.clientY - from.y;
      move(movedBy(from.at, moved, Math.abs(width - height) * scale));
    };
    area.addEventListener("pointermove", drag);
    area.addEventListener("lostpointercapture", () => area.removeEventListener("pointermove", drag), {
      once: true,
    });
  });

  return {
    node,
    /** The place that was chosen; null if none was. */
    chosen: () => at,
    /** Width and height of the picture; null until it is shown. */
    size: () => (width ? [width, height] : null),
    /** @param {OwnShape | null} shape in which the picture is trained where no square was chosen */
    showShape(shape) {
      own = shape;
      draw();
    },
    /** @param {number | null} place */
    restore(place) {
      at = place;
      draw();
    },
    /**
     * Show the frame over a picture that is not nearly square.
     * @param {HTMLImageElement} image
     */
    show(image) {
      [width, height] = [image.naturalWidth || 1, image.naturalHeight || 1];
      picture.src = image.src;
      node.hidden = cutOff(width, height) < WORTH_SHOWING;
      draw();
    },
  };
}
