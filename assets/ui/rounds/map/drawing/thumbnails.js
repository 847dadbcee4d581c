/** Pictures in place of points, where few enough are seen. */
/** @import { MapPoint } from "./marks.js" */
/** @import { Size } from "../camera.js" */
import { el, setAttribute } from "../../../kit/dom.js";
import { thumbnail } from "../../../app/urls.js";
import { state } from "../../../app/store.js";

const NEAR = 1.5; // times the whole map, from which points become pictures
const MOST = 140;
const [SMALLEST, LARGEST] = [34, 72]; // pixels

/**
 * The edge of the pictures in pixels, 0 where points stay points: by the room that each visible one has.
 * @param {number} count of visible points
 * @param {number} magnified
 * @param {Size} size of the panel
 */
export function pictureEdge(count, magnified, { width, height }) {
  if (magnified < NEAR || !count) return 0;
  const room = Math.sqrt((width * height) / count);
  return room < 1.1 * SMALLEST ? 0 : Math.min(LARGEST, Math.round(0.8 * room));
}

/**
 * Of the visible points those that become pictures, so that none covers more than a third of another: first
 * the marked ones, then in their order.
 * @param {MapPoint[]} points
 * @param {number} edge
 */
export function apartEnough(points, edge) {
  const cell = 0.66 * edge;
  /** @type {Map<string, MapPoint[]>} */
  const cells = new Map();
  const marked = (/** @type {MapPoint} */ { id }) =>
    Number(state.suggested.has(id)) + Number(state.verdicts.has(id)) + 2 * Number(state.selection.has(id));
  /** @type {MapPoint[]} */
  const kept = [];
  for (const point of [...points].sort((a, b) => marked(b) - marked(a))) {
    const [column, row] = [Math.floor(point.x / cell), Math.floor(point.y / cell)];
    const near = [-1, 0, 1].flatMap((i) =>
      [-1, 0, 1].flatMap((j) => cells.get(`${column + i},${row + j}`) ?? []),
    );
    if (near.some((other) => Math.max(Math.abs(other.x - point.x), Math.abs(other.y - point.y)) < cell))
      continue;
    const key = `${column},${row}`;
    cells.set(key, [...(cells.get(key) ?? []), point]);
    kept.push(point);
    if (kept.length === MOST) break;
  }
  return kept;
}

/** The layer of pictures; an element is kept as long as its picture is shown. */
export class Thumbnails {
  /** @type {Map<string, HTMLImageElement>} */
  #shown = new Map();

  /** @param {HTMLElement} layer */
  constructor(layer) {
    this.layer = layer;
  }

  /** @param {string} id */
  has(id) {
    return this.#shown.has(id);
  }

  /**
   * @param {MapPoint[]} points that become pictures
   * @param {number} edge
   */
  show(points, edge) {
    const wanted = new Set(points.map(({ id }) => id));
    for (const [id, node] of this.#shown) {
      if (wanted.has(id)) continue;
      node.remove();
      this.#shown.delete(id);
    }
    for (const point of points) {
      const node = this.#shown.get(point.id) ?? this.#add(point);
      node.width = edge;
      node.height = edge;
      const [left, top] = [point.x - edge / 2, point.y - edge / 2].map((v) => v.toFixed(1));
      node.style.transform = `translate(${left}px, ${top}px)`;
      node.style.borderColor = point.colour;
    }
    this.mark();
  }

  /** @param {MapPoint} point */
  #add(point) {
    const node = el("img", { alt: "", draggable: false, decoding: "async", class: "map-picture" });
    node.src = thumbnail(point.id);
    if (point.copy) node.dataset.copy = "";
    this.#shown.set(point.id, node);
    return this.layer.appendChild(node);
  }

  /** Show verdicts, suggestions, selection, hover and focus on the pictures. */
  mark() {
    const some = state.selection.size > 0;
    for (const [id, node] of this.#shown) {
      setAttribute(node, "data-verdict", state.verdicts.get(id));
      setAttribute(node, "data-suggested", state.suggested.has(id) ? "" : null);
      setAttribute(node, "data-hot", id === (state.hover ?? state.focus) ? "" : null);
      setAttribute(node, "data-faded", some && !state.selection.has(id) ? "" : null);
    }
  }
}
