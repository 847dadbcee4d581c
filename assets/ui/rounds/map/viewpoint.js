/** Which part of the map is shown and how it was left: zoom and pan that stay until they are taken back. */
/** @import { Frame, Size } from "./camera.js" */
/** @import { Pixel } from "./geometry.js" */
/** @import { Memory } from "./memory.js" */
import { inner, moved, shares, zoomed } from "./camera.js";
import { keep, recall } from "./memory.js";

export class Viewpoint {
  /** @type {Memory} */
  memory = recall(null);
  /** @type {Frame} what shows all pictures */
  whole = { x: [-1, 1], y: [-1, 1] };
  /** @type {string | null | undefined} the project that the memory is of */
  #project;

  /**
   * @param {() => Size} size of the panel
   * @param {() => void} changed called after each movement
   */
  constructor(size, changed) {
    this.size = size;
    this.changed = changed;
  }

  /** The part that is shown. */
  get frame() {
    return this.memory.frames[this.memory.projection] ?? this.whole;
  }

  get zoomed() {
    return this.memory.frames[this.memory.projection] !== undefined;
  }

  /** Are the pictures of other rounds shown behind? */
  get behind() {
    return this.memory.others || this.memory.colour === "round";
  }

  /** Take the map as it was left in a project. @param {string | null} project */
  enter(project) {
    if (this.#project === project) return;
    this.#project = project;
    this.memory = recall(project);
  }

  /** @param {Partial<Memory>} changes */
  set(changes) {
    this.memory = { ...this.memory, ...changes };
    keep(this.#project ?? null, this.memory);
  }

  /** @param {Frame | undefined} frame undefined: the whole map */
  show(frame) {
    this.set({ frames: { ...this.memory.frames, [this.memory.projection]: frame } });
    this.changed();
  }

  /**
   * Drag the map by pixels.
   * @param {number} dx
   * @param {number} dy
   */
  move(dx, dy) {
    const [width, height] = inner(this.size());
    this.show(moved(this.frame, dx / width, -dy / height, this.whole));
  }

  /**
   * Zoom at a pixel of the panel, or in its middle.
   * @param {number} factor
   * @param {Pixel} [pixel]
   */
  zoom(factor, pixel) {
    const at = pixel ? shares(pixel, this.size()) : /** @type {[number, number]} */ ([0.5, 0.5]);
    this.show(zoomed(this.frame, factor, at, this.whole));
  }
}
