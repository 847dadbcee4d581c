/** The square of a picture that is learned: shown over the whole picture, and moved along its longer side. */
import { el, setText } from "../../kit/dom.js";

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
 * @param {string} name
 * @param {() => void} changed
 */
export function cropOf(name, changed) {
  /** @type {number | null} */
  let at = null; // null: where the settings say
  let [width, height] = [1, 1];
  const frame = el("span", { class: "crop-frame", "aria-hidden": "true" });
  const picture = el("img", { class: "crop-picture", alt: "", draggable: false });
  const area = el("span", { class: "crop-area" }, picture, frame);
  const slider = el("input", {
    ...{ type: "range", min: 0, max: 1, step: STEP, value: MIDDLE },
    "aria-label": `Which part of ${name} is learned`,
    on: { input: () => move(Number(slider.value)) },
  });
  const words = el("span", { class: "crop-words" });
  const node = el("div", { class: "crop", hidden: true }, area, el("span", {}, words, slider));

  const draw = () => {
    const scale = SHOWN / Math.max(width, height);
    const side = Math.min(width, height) * scale;
    const place = at ?? MIDDLE;
    Object.assign(area.style, { width: `${width * scale}px`, height: `${height * scale}px` });
    Object.assign(frame.style, {
      width: `${side}px`,
      height: `${side}px`,
      left: `${place * (width * scale - side)}px`,
      top: `${place * (height * scale - side)}px`,
    });
    slider.value = String(place);
    const share = `${Math.round(100 * cutOff(width, height))} % of the picture`;
    setText(
      words,
      at === null
        ? `A training sees one square at a time: ${share} is outside the frame. Move it to choose.`
        : `Only what is in the frame is learned: ${share} is cut off.`,
    );
  };

  /** @param {number} place */
  const move = (place) => {
    at = place;
    draw();
    changed();
  };

  area.addEventListener("pointerdown", (event) => {
    event.preventDefault();
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
