/** Which part of the map is shown and how it was left, kept for this tab and project. */
/** @import { Frame, Size } from "./camera.js" */
/** @import { Pixel } from "./geometry.js" */
/** @import { ProjectionName } from "./projections.js" */
/** @import { Tool } from "./pointer.js" */
import { keep, keptObject, ofTab } from "../../kit/kept.js";
import { signal } from "../../vendor/signals.min.js";
import { inner, moved, shares, zoomed } from "./camera.js";

/**
 * `frames` are the parts that were zoomed to; a projection without one is shown whole.
 * @typedef {{ projection: ProjectionName, tool: Tool, colour: string,
 *   frames: Partial<Record<ProjectionName, Frame>> }} Memory
 */

/** @type {Memory} */
const BLANK = { projection: "alike", tool: "lasso", colour: "anchor", frames: {} };

export class Viewpoint {
  #memory = signal(BLANK);
  /** @type {Frame} what shows all images */
  whole = { x: [-1, 1], y: [-1, 1] };
  /** @type {string | null | undefined} the project that the memory is of */
  #project;

  /** @param {() => Size} size of the panel */
  constructor(size) {
    this.size = size;
  }

  get memory() {
    return this.#memory.value;
  }

  get frame() {
    return this.memory.frames[this.memory.projection] ?? this.whole;
  }

  get zoomed() {
    return this.memory.frames[this.memory.projection] !== undefined;
  }

  /** Take the map as it was left in a project. @param {string | null} project */
  enter(project) {
    if (this.#project === project) return;
    this.#project = project;
    this.#memory.value = { ...BLANK, ...(project && keptObject(`gal-studio-map ${project}`, ofTab)) };
  }

  /** @param {Partial<Memory>} changes */
  set(changes) {
    this.#memory.value = { ...this.memory, ...changes };
    if (this.#project) keep(`gal-studio-map ${this.#project}`, JSON.stringify(this.memory), ofTab);
  }

  /** @param {Frame | undefined} frame undefined: the whole map */
  show(frame) {
    this.set({ frames: { ...this.memory.frames, [this.memory.projection]: frame } });
  }

  /**
   * @param {number} dx
   * @param {number} dy
   */
  move(dx, dy) {
    const [width, height] = inner(this.size());
    this.show(moved(this.frame, dx / width, -dy / height, this.whole));
  }

  /**
   * @param {number} factor
   * @param {Pixel} [pixel]
   */
  zoom(factor, pixel) {
    const at = pixel ? shares(pixel, this.size()) : /** @type {[number, number]} */ ([0.5, 0.5]);
    this.show(zoomed(this.frame, factor, at, this.whole));
  }
}
