/**
 * A brush that paints labels over a picture. It is independent of candidates, pairs and references:
 *
 *   await pictureThere(place);           // the brush needs the loaded picture's size
 *   const brush = makeBrush(place, {     // place: a stage(image)
 *     tools: [{ name: "good", title: "Good", key: "g", label: 255, look: "keep" },
 *             { name: "erase", title: "Erase", key: "e", label: 0, look: null }],
 *     blank: 0,                  // the label of unpainted pixels
 *     runs: storedMask,          // {width, height, runs} as stored, or null
 *     name: "What is right",     // for screen readers
 *     onChange: () => {},        // after each stroke, undo, redo, size or tool
 *   });
 *   dialog.append(brushBar(brush));      // toolbar.js: the same with buttons and a slider
 *   await send(brush.runs());            // {width, height, runs} at the picture's natural size
 *   brush.remove();
 *
 * `look` is how a label is drawn: "keep" (clear, the rest dimmed), "good" (dots), "bad" (stripes) or null for
 * nothing. The pointer paints, the wheel and [ ] change the size, each tool has a key, and Ctrl+Z and Ctrl+Y
 * undo and redo strokes. With the focus on the picture, the arrow keys move the brush, Space paints one dab,
 * and Shift with an arrow key draws a line.
 */
/** @import { Point } from "./mask.js" */
/** @import { Look } from "./paint.js" */
/** @import { Runs } from "payloads" */
import { el, find } from "../kit/dom.js";
import { Mask } from "./mask.js";
import { drawMask } from "./paint.js";
import { listenKeys } from "./brush_keys.js";
import { listenPointer } from "./brush_pointer.js";

const KEPT_STROKES = 40;
const SIZE = { least: 0.008, most: 0.5 };
/** @type {number} */
let share = 0.06; // radius as a fraction of the picture's shorter edge; shared by all brushes

/**
 * Resolves when the picture of a stage has loaded.
 * @param {HTMLElement} place
 * @returns {Promise<unknown>}
 */
export function pictureThere(place) {
  const image = find(place, "img", HTMLImageElement);
  if (image.complete && image.naturalWidth) return Promise.resolve();
  return new Promise((done) => image.addEventListener("load", done, { once: true }));
}

/**
 * @typedef {{ name: string, title: string, key: string, label: number, look: Look | null }} Tool
 * @typedef {{ place: HTMLElement, canvas: HTMLCanvasElement, ring: HTMLElement, tools: Tool[], blank: number,
 *   mask: Mask, onChange: () => void }} BrushParts
 */

/**
 * @param {HTMLElement} place
 * @param {{ tools: Tool[], blank?: number, runs?: Runs | null, name: string, onChange?: () => void }} options
 */
export function makeBrush(place, { tools, blank = 0, runs = null, name, onChange = () => {} }) {
  const { naturalWidth: width, naturalHeight: height } = find(place, "img", HTMLImageElement);
  const canvas = el("canvas", {
    class: "brush-layer",
    tabIndex: 0,
    role: "application",
    "aria-label":
      `${name}. Painting area: the arrow keys move the brush, Space paints, ` +
      "Shift and an arrow draw a line.",
  });
  const ring = el("i", { class: "brush-ring", hidden: true });
  place.append(canvas, ring);
  const fits = runs && runs.width === width && runs.height === height;
  const mask = runs && fits ? Mask.fromRuns(runs, blank) : new Mask(width, height, blank);
  return new Brush({ place, canvas, ring, tools, blank, mask, onChange });
}

export class Brush {
  /** @param {BrushParts} parts */
  constructor({ place, canvas, ring, tools, blank, mask, onChange }) {
    this.place = place;
    this.canvas = canvas;
    this.ring = ring;
    this.tools = tools;
    this.blank = blank;
    this.mask = mask;
    this.onChange = onChange;
    this.tool = tools[0];
    /** @type {Uint8Array[]} */
    this.done = [];
    /** @type {Uint8Array[]} */
    this.undone = [];
    /** @type {Point | null} */
    this.last = null;
    /** @type {{ before: Uint8Array, changed: boolean } | null} */
    this.stroke = null;
    this.frame = 0;
    this.started = this.mask.copy();
    this.resized = new ResizeObserver(() => this.draw());
    this.resized.observe(this.place);
    this.forgetKeys = listenKeys(this);
    listenPointer(this);
    this.draw();
  }

  get radius() {
    return Math.max(0.5, share * Math.min(this.mask.width, this.mask.height));
  }

  /** Brush size for the slider: from 0 to 1, on a logarithmic scale of the radius. */
  get size() {
    return Math.log(share / SIZE.least) / Math.log(SIZE.most / SIZE.least);
  }

  set size(value) {
    share = SIZE.least * (SIZE.most / SIZE.least) ** Math.min(1, Math.max(0, value));
    this.showRing();
    this.onChange();
  }

  /** @param {string} name */
  choose(name) {
    this.tool = this.tools.find((tool) => tool.name === name) ?? this.tool;
    this.showRing();
    this.onChange();
  }

  /**
   * Paint a line between two points of the mask. Strokes that change nothing are not added to the undo stack.
   * @param {Point} from
   * @param {Point} to
   */
  paint(from, to) {
    this.stroke ??= { before: this.mask.copy(), changed: false };
    if (this.mask.stroke(from, to, this.radius, this.tool.label)) this.stroke.changed = true;
    this.draw();
  }

  endStroke() {
    if (this.stroke?.changed) {
      this.done.push(this.stroke.before);
      if (this.done.length > KEPT_STROKES) this.done.shift();
      this.undone = [];
    }
    this.stroke = null;
    this.onChange();
  }

  undo() {
    this.step(this.done, this.undone);
  }

  redo() {
    this.step(this.undone, this.done);
  }

  /**
   * @param {Uint8Array[]} from
   * @param {Uint8Array[]} to
   */
  step(from, to) {
    const labels = this.stroke ? undefined : from.pop();
    if (!labels) return;
    to.push(this.mask.copy());
    this.mask.restore(labels);
    this.draw();
    this.onChange();
  }

  /** Clear the mask; this is one undo step. */
  clear() {
    if (!this.painted) return;
    this.done.push(this.mask.copy());
    this.undone = [];
    this.mask.clear();
    this.draw();
    this.onChange();
  }

  /** Is anything painted at all? */
  get painted() {
    return this.mask.labels.some((label) => label !== this.blank);
  }

  /** Does the mask differ from the initial one? */
  get changed() {
    return this.mask.labels.some((label, i) => label !== this.started[i]);
  }

  /** The mask, run-length encoded. */
  runs() {
    return this.mask.toRuns();
  }

  /**
   * The position of a pointer, in pixels of the mask.
   * @param {{ clientX: number, clientY: number }} at
   * @returns {Point}
   */
  point({ clientX, clientY }) {
    const box = this.canvas.getBoundingClientRect();
    return [
      ((clientX - box.left) / box.width) * this.mask.width,
      ((clientY - box.top) / box.height) * this.mask.height,
    ];
  }

  /** @param {Point | null} [point] */
  showRing(point = this.last) {
    this.last = point;
    this.ring.hidden = !point;
    if (!point) return;
    const { width, height } = this.mask;
    const across = (2 * this.radius) / width;
    Object.assign(this.ring.style, {
      left: `${(100 * point[0]) / width}%`,
      top: `${(100 * point[1]) / height}%`,
      width: `${100 * across}%`,
    });
    this.ring.dataset.tool = this.tool.look ?? "erase";
  }

  draw() {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      drawMask(
        this.canvas,
        this.mask,
        this.tools.filter((tool) => tool.look),
      );
    });
  }

  remove() {
    cancelAnimationFrame(this.frame);
    this.resized.disconnect();
    this.forgetKeys();
    this.canvas.remove();
    this.ring.remove();
  }
}
