/**
 * A mask of labels, one number from 0 to 255 a pixel, that discs and strokes are painted into.
 * It travels as runs, `[label, count, label, count, ...]` row by row: exact, small, and no browser's canvas
 * (some add noise to what is read from it) stands between the hand and the store.
 */
export class Mask {
  /** `blank` is the label of a pixel that nobody painted. */
  constructor(width, height, blank = 0) {
    Object.assign(this, { width, height, blank });
    this.labels = new Uint8Array(width * height).fill(blank);
  }

  static fromRuns({ width, height, runs }, blank = 0) {
    const mask = new Mask(width, height, blank);
    let at = 0;
    for (let i = 0; i < runs.length; i += 2) {
      mask.labels.fill(runs[i], at, at + runs[i + 1]);
      at += runs[i + 1];
    }
    return mask;
  }

  toRuns() {
    const { labels } = this;
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

  restore(labels) {
    this.labels.set(labels);
  }

  clear() {
    this.labels.fill(this.blank);
  }

  /** Label every pixel whose centre is at most `radius` from the line between two points; did any change? */
  stroke([x0, y0], [x1, y1], radius, label) {
    const reach = Math.max(radius, 0.71); // the pixel under the point, however small the brush
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

  /** The same with two labels alone, 0 and 255: soft edges become hard ones. */
  parted() {
    const mask = new Mask(this.width, this.height);
    this.labels.forEach((label, i) => { if (label > 127) mask.labels[i] = 255; });
    return mask;
  }

  /** The share of pixels that carry one of these labels, in [0, 1]. */
  share(...labels) {
    let found = 0;
    for (const label of this.labels) found += labels.includes(label);
    return found / this.labels.length;
  }

  /** The border of everything that carries this label, as a path in pixels of the mask. */
  outline(label) {
    const path = new Path2D();
    const inside = (row, column) => row >= 0 && column >= 0 && row < this.height && column < this.width
      && this.labels[row * this.width + column] === label;
    edges(this.height, this.width, (row, column) => inside(row - 1, column) !== inside(row, column),
      (row, from, to) => { path.moveTo(from, row); path.lineTo(to, row); });
    edges(this.width, this.height, (column, row) => inside(row, column - 1) !== inside(row, column),
      (column, from, to) => { path.moveTo(column, from); path.lineTo(column, to); });
    return path;
  }
}

function span(a, b, reach, end) {
  return [Math.max(0, Math.floor(Math.min(a, b) - reach)), Math.min(end, Math.ceil(Math.max(a, b) + reach))];
}

/** Runs of border pieces along each of `lines` + 1 lines of `length` pixels. */
function edges(lines, length, border, draw) {
  for (let line = 0; line <= lines; line += 1) {
    let from = -1;
    for (let at = 0; at <= length; at += 1) {
      const here = at < length && border(line, at);
      if (here && from < 0) from = at;
      if (!here && from >= 0) {
        draw(line, from, at);
        from = -1;
      }
    }
  }
}
