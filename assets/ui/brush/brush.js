/**
 * A brush that paints labels over an image. It knows nothing of candidates, pairs and references:
 *
 *   const brush = new Brush({
 *     size: await sizeOf(source),  // pixels of the image
 *     tools: [{ name: "good", title: "Good", key: "g", label: 255, look: "keep" },
 *             { name: "erase", title: "Erase", key: "e", label: 0, look: null }],
 *     blank: 0,                    // the label of unpainted pixels
 *     runs: storedMask,            // {width, height, runs} as stored, or null
 *   });
 *   html`<div class="stage">
 *       <img src=${source} />
 *       <${BrushLayer} brush=${brush} name="What is right" />  // layer.js: pointer, wheel and keys
 *     </div>
 *     <${BrushBar} brush=${brush} />`;                         // toolbar.js: buttons and a slider
 *   await send(brush.runs());      // {width, height, runs} of the image
 *
 * `look` is how a label is drawn: "keep" (clear, the rest dimmed), "good" (dots), "bad" (stripes) or null for
 * nothing.
 */
/** @import { Point } from "./mask.js" */
/** @import { Look } from "./paint.js" */
/** @import { Runs } from "payloads" */
import { signal } from "../vendor/signals.min.js";
import { Mask } from "./mask.js";

const KEPT_STROKES = 40;
const SIZE = { least: 0.008, most: 0.5 };
/** The radius as a fraction of the image's shorter edge; of all brushes. */
const share = signal(0.06);

/**
 * @param {string} source
 * @returns {Promise<[width: number, height: number]>}
 */
export const sizeOf = (source) =>
  new Promise((done) => {
    const image = new Image();
    image.onload = () => done([image.naturalWidth, image.naturalHeight]);
    image.src = source;
  });

/** @typedef {{ name: string, title: string, key: string, label: number, look: Look | null }} Tool */

export class Brush {
  /** @type {Uint8Array[]} */
  #undone = [];
  /** @type {Uint8Array[]} */
  #done = [];
  /** @type {{ before: Uint8Array, changed: boolean } | null} */
  #stroke = null;
  #started;
  /** Counts what was painted, also within a stroke. */
  paints = signal(0);
  /** Counts what was done: strokes, undo, redo. */
  changes = signal(0);
  painted = signal(0);
  /** Does the mask differ from the initial one? */
  changed = signal(false);
  canUndo = signal(false);
  canRedo = signal(false);
  /** Where it is, in pixels of the mask; null while it is away. */
  at = signal(/** @type {Point | null} */ (null));

  /**
   * @param {{ size: [width: number, height: number], tools: Tool[], blank?: number,
   *   runs?: Runs | null }} options
   */
  constructor({ size: [width, height], tools, blank = 0, runs = null }) {
    const fits = runs && runs.width === width && runs.height === height;
    this.mask = runs && fits ? Mask.fromRuns(runs, blank) : new Mask(width, height, blank);
    this.tools = tools;
    this.blank = blank;
    this.tool = signal(tools[0]);
    this.#started = this.mask.copy();
    this.painted.value = 1 - this.mask.share(blank);
  }

  get radius() {
    return Math.max(0.5, share.value * Math.min(this.mask.width, this.mask.height));
  }

  /** Brush size for the slider: from 0 to 1, on a logarithmic scale of the radius. */
  get size() {
    return Math.log(share.value / SIZE.least) / Math.log(SIZE.most / SIZE.least);
  }

  set size(value) {
    share.value = SIZE.least * (SIZE.most / SIZE.least) ** Math.min(1, Math.max(0, value));
  }

  get isPainting() {
    return this.#stroke !== null;
  }

  /**
   * Paint a line between two points of the mask. Strokes that change nothing are not added to the undo stack.
   * @param {Point} from
   * @param {Point} to
   */
  paint(from, to) {
    this.#stroke ??= { before: this.mask.copy(), changed: false };
    if (this.mask.stroke(from, to, this.radius, this.tool.value.label)) this.#stroke.changed = true;
    this.at.value = to;
    this.paints.value += 1;
  }

  endStroke() {
    if (this.#stroke?.changed) {
      this.#done.push(this.#stroke.before);
      if (this.#done.length > KEPT_STROKES) this.#done.shift();
      this.#undone = [];
    }
    this.#stroke = null;
    this.#changed();
  }

  undo() {
    this.#step(this.#done, this.#undone);
  }

  redo() {
    this.#step(this.#undone, this.#done);
  }

  /**
   * @param {Uint8Array[]} from
   * @param {Uint8Array[]} to
   */
  #step(from, to) {
    const labels = this.#stroke ? undefined : from.pop();
    if (!labels) return;
    to.push(this.mask.copy());
    this.mask.restore(labels);
    this.#changed();
  }

  clear() {
    if (this.painted.value) this.show(new Mask(this.mask.width, this.mask.height, this.blank));
  }

  /** Take another mask of the same size; this is one undo step. @param {Mask} other */
  show({ labels }) {
    this.#done.push(this.mask.copy());
    this.#undone = [];
    this.mask.restore(labels);
    this.#changed();
  }

  #changed() {
    this.painted.value = 1 - this.mask.share(this.blank);
    this.changed.value = this.mask.labels.some((label, i) => label !== this.#started[i]);
    this.canUndo.value = this.#done.length > 0;
    this.canRedo.value = this.#undone.length > 0;
    this.paints.value += 1;
    this.changes.value += 1;
  }

  runs() {
    return this.mask.toRuns();
  }
}
