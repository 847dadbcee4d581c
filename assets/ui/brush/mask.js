/**
 * A label mask, one value from 0 to 255 per pixel, with round strokes.
 * It is sent run-length encoded, `[label, count, label, count, ...]`, in row-major order. It is never read
 * back from a canvas, because some browsers add noise to canvas data to prevent fingerprinting.
 */
/** @import { Runs } from "payloads" */
/** @typedef {[x: number, y: number]} Point */

export class Mask {
  /**
   * @param {number} width in pixels
   * @param {number} height
   * @param {number} blank the label of unpainted pixels
   */
  constructor(width, height, blank = 0) {
    this.width = width;
    this.height = height;
    this.blank = blank;
    this.labels = new Uint8Array(width * height).fill(blank);
  }

  /** @param {Runs} stored */
  static fromRuns({ width, height, runs }, blank = 0) {
    const mask = new Mask(width, height, blank);
    let at = 0;
    for (let i = 0; i < runs.length; i += 2) {
      mask.labels.fill(runs[i], at, at + runs[i + 1]);
      at += runs[i + 1];
    }
    return mask;
  }

  /** @returns {Runs} */
  toRuns() {
    const { labels } = this;
    /** @type {number[]} */
    const runs = [];
    for (let start = 0, i = 1; i <= labels.length; i += 1) {
      if (i < labels.length && labels[i] === labels[start]) continue;
      runs.push(labels[start], i - start);
      start = i;
    }
    return { width: this.width, height: this.height, runs };
  }

  copy() {
    return this.labels.slice();
  }

  /** @param {Uint8Array} labels */
  restore(labels) {
    this.labels.set(labels);
  }

  /**
   * Label every pixel whose centre is at most `radius` from the line between two points.
   * Returns whether any pixel changed.
   * @param {Point} from in pixels
   * @param {Point} to
   * @param {number} radius
   * @param {number} label
   */
  stroke([x0, y0], [x1, y1], radius, label) {
    const reach = Math.max(radius, 0.71); // at least the pixel under the point
    const [dx, dy] = [x1 - x0, y1 - y0];
    const length = dx * dx + dy * dy;
    const [top, bottom] = span(y0, y1, reach, this.height);
    const [left, right] = span(x0, x1, reach, this.width);
    let changed = false;
    for (let row = top; row < bottom; row += 1) {
      for (let column = left; column < right; column += 1) {
        const [px, py] = [column + 0.5 - x0, row + 0.5 - y0];
        const along = length ? Math.min(1, Math.max(0, (px * dx + py * dy) / length)) : 0;
        if ((px - along * dx) ** 2 + (py - along * dy) ** 2 > reach * reach) continue;
        const at = row * this.width + column;
        changed ||= this.labels[at] !== label;
        this.labels[at] = label;
      }
    }
    return changed;
  }

  /** A binary copy with the labels 0 and 255. */
  binary() {
    const mask = new Mask(this.width, this.height);
    this.labels.forEach((label, i) => {
      if (label > 127) mask.labels[i] = 255;
    });
    return mask;
  }

  /** The fraction of pixels with this label, in [0, 1]. @param {number} label */
  share(label) {
    return this.labels.filter((other) => other === label).length / this.labels.length;
  }

  /** The outline of all pixels with this label, as a path in pixels of the mask. @param {number} label */
  outline(label) {
    const { labels, width, height } = this;
    const path = new Path2D();
    const begun = new Int32Array(width + 1).fill(-1); // first row of the open vertical edge in each column
    for (let row = 0; row <= height; row += 1) {
      let from = -1;
      let left = false;
      for (let column = 0; column <= width; column += 1) {
        const here = column < width && row < height && labels[row * width + column] === label;
        const upper = column < width && row > 0 && labels[(row - 1) * width + column] === label;
        if (here !== upper && from < 0) from = column;
        if (here === upper && from >= 0) from = across(path, row, from, column);
        if (left !== here && begun[column] < 0) begun[column] = row;
        if (left === here && begun[column] >= 0) begun[column] = down(path, column, begun[column], row);
        left = here;
      }
    }
    return path;
  }
}

/** @typedef {(path: Path2D, at: number, from: number, to: number) => number} Edge */

/** @type {Edge} */
function across(path, row, from, to) {
  path.moveTo(from, row);
  path.lineTo(to, row);
  return -1;
}

/** @type {Edge} */
function down(path, column, from, to) {
  path.moveTo(column, from);
  path.lineTo(column, to);
  return -1;
}

/**
 * @param {number} a
 * @param {number} b
 * @param {number} reach
 * @param {number} end
 */
function span(a, b, reach, end) {
  return [Math.max(0, Math.floor(Math.min(a, b) - reach)), Math.min(end, Math.ceil(Math.max(a, b) + reach))];
}
