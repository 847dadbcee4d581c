/** The map: each image is a point, or an image where one is near, and what is chosen is marked on it. */
/** @import { Size } from "./camera.js" */
/** @import { MapPoint, Points } from "./points.js" */
/** @import { Name } from "./names.js" */
/** @import { Pixel } from "./geometry.js" */
import { loading, state, whenever } from "../../app/store.js";
import { roundFigure, thumbnail } from "../../app/urls.js";
import { el } from "../../kit/dom.js";
import { html } from "../../kit/html.js";
import { pressedKey } from "../../kit/pressed_key.js";
import { theme } from "../../kit/theme.js";
import { render } from "../../vendor/preact.min.js";
import { computed, effect, signal } from "../../vendor/signals.min.js";
import { copyWords } from "../grid/copy_words.js";
import { magnification, toPixels, wholeFrame } from "./camera.js";
import { promptColour } from "./colours.js";
import { Controls, Legend, STEP } from "./controls.js";
import { nearest } from "./geometry.js";
import { namesOf } from "./names.js";
import { Lasso, pointerActs, watchPointer } from "./pointer.js";
import { apartEnough, imageEdge, makePoints } from "./points.js";
import { PROJECTIONS } from "./projections.js";
import { mapRows } from "./saved.js";
import { Viewpoint } from "./viewpoint.js";

const HIT_RADIUS = 12; // pixels
const TOOLS = 44; // pixels at the right that the map's buttons cover
const LARGE = 60; // pixels of an image that is not enlarged
const PREVIEW = 142; // pixels: width of the enlarged image with its distance
const MANY = 400; // points, from which on they are smaller
const RADIUS = { suggested: 13, accepted: 12, rejected: 6, focus: 15, hover: 12 };
const STAR = Array.from({ length: 10 }, (_, i) => {
  const [radius, angle] = [i % 2 ? 5.5 : 13, (Math.PI * i) / 5];
  return `${radius * Math.sin(angle)},${-radius * Math.cos(angle)}`;
}).join(" ");

/**
 * What is drawn until something but the pointer or the ring changes; `edge` is that of the images in pixels,
 * 0 where all are points, and `dots` the points as elements.
 * @typedef {Points & { images: Set<string>, edge: number, names: Name[], dots: unknown,
 *   line: string }} Drawn
 */
/** @type {Drawn} */
const BLANK = {
  points: [],
  stars: [],
  images: new Set(),
  edge: 0,
  names: [],
  dots: null,
  alike: false,
  line: "",
};

/** @type {import("../views/views.js").Mount} */
export function mountMap(panel, { legend }) {
  const measured = signal({ width: 0, height: 0 });
  const size = () => measured.value;
  const viewpoint = new Viewpoint(size);
  const box = panel.appendChild(el("div", { class: "map-drawing" }));
  const set = viewpoint.set.bind(viewpoint);
  const zoom = (/** @type {number} */ factor) => viewpoint.zoom(factor);
  const whole = () => viewpoint.show(undefined);
  const colour = (/** @type {string} */ name) => set({ colour: name });
  let last = BLANK;
  const drawn = computed(() => {
    theme(); // its colors
    if (!state.project) last = BLANK;
    // the points of the round before stay, dimmed, until those of this one have come
    else if (size().width && state.step === "rounds" && !loading()) last = draw(viewpoint);
    return last;
  });
  const Shown = () => {
    const { memory, zoomed: isZoomed } = viewpoint;
    const props = { drawn: drawn.value, memory, size: size(), acts: { set, zoom, whole }, isZoomed };
    return html`<${Drawing} ...${props} />`;
  };
  const Key = () => html`<${Legend} colour=${viewpoint.memory.colour} choose=${colour} />`;

  whenever(
    () => state.project && state.projectId,
    (project) => project && viewpoint.enter(project),
  );
  effect(() => {
    panel.toggleAttribute("data-loading", loading());
    panel.dataset.tool = viewpoint.memory.tool;
    panel.dataset.projection = viewpoint.memory.projection;
  });
  new ResizeObserver(() => {
    measured.value = { width: panel.clientWidth, height: panel.clientHeight };
  }).observe(panel);
  const at = (/** @type {number} */ x, /** @type {number} */ y) =>
    nearest(drawn.value.points, x, y, Math.max(HIT_RADIUS, drawn.value.edge / 2));
  watchPointer(
    panel,
    pointerActs(viewpoint, () => drawn.value.points, at),
  );
  panel.addEventListener("keydown", (event) => {
    const act = { "+": () => zoom(STEP), "-": () => zoom(1 / STEP), 0: whole }[pressedKey(event)];
    act?.();
  });
  render(html`<${Key} />`, legend);
  render(html`<${Shown} />`, box);
  return { rows: () => mapRows(drawn.value), figure: () => roundFigure("map") };
}

/**
 * @param {Viewpoint} viewpoint
 * @returns {Drawn}
 */
function draw(viewpoint) {
  const { projection, colour } = viewpoint.memory;
  const { points, stars, alike } = makePoints(projection, colour);
  const all = [...points, ...stars];
  const size = viewpoint.size();
  viewpoint.whole = wholeFrame(
    all.map((point) => point.at),
    PROJECTIONS[projection],
  );
  const pixel = toPixels(viewpoint.frame, size);
  for (const point of all) [point.x, point.y] = pixel(point.at);
  const visible = points.filter(({ x, y }) => x >= 0 && y >= 0 && x <= size.width && y <= size.height);
  const edge = imageEdge(visible.length, magnification(viewpoint.frame, viewpoint.whole), size);
  const named = projection === "own" ? visible.filter(({ suggested }) => suggested) : visible;
  const nameOf = (/** @type {string} */ anchor) =>
    state.project?.anchors.find(({ id }) => id === anchor)?.head ?? "";
  const corners = /** @type {Pixel[]} */ ([
    [-2, -2],
    [2, 2],
    [2, -2],
  ]).map(pixel);
  return {
    points,
    stars,
    alike,
    edge,
    images: new Set(edge ? apartEnough(visible, edge).map(({ id }) => id) : []),
    names: namesOf(named, stars, nameOf, edge, size.width - TOOLS),
    dots: points.map((point) => dot(point, points.length)),
    line: projection === "own" ? `M${corners.join("L")}` : "",
  };
}

/**
 * @param {MapPoint} point
 * @param {number} count of all
 */
function dot({ id, x, y, copy, colour, suggested }, count) {
  const diameter = (count > MANY ? 9 : 13) + (suggested ? 8 : 0);
  const style = copy ? { fill: "none", stroke: colour, strokeWidth: 2 } : { fill: colour };
  return html`<circle
    key=${id} class=${isFaded(id) ? "point faded" : "point"} cx=${x} cy=${y} r=${diameter / 2} style=${style}
  />`;
}

/** What is not selected steps back. @param {string} id */
const isFaded = (id) => state.selection.size > 0 && !state.selection.has(id);

/**
 * @param {{ drawn: Drawn, memory: Viewpoint["memory"], size: Size,
 *   acts: import("./controls.js").Acts, isZoomed: boolean }} props
 */
function Drawing({ drawn, memory, size, acts, isZoomed }) {
  const { points, stars, images, edge, names, dots, line } = drawn;
  const { place, empty, alike } = PROJECTIONS[memory.projection];
  const hot = state.hover ?? state.focus;
  const none = !loading() && ![...state.candidates.values()].some(place);
  const hovered = edge < LARGE ? points.find(({ id }) => id === state.hover) : undefined;
  const colourOf = memory.colour === "anchor" ? promptColour : () => "";
  return html`<svg class="plot" aria-hidden="true">
      ${line && html`<path class="copies-side" d=${`${line}Z`} /><path class="equality" d=${line} />`}
      ${dots}
    </svg>
    <div class="map-pictures" aria-hidden="true">
      ${points
        .filter(({ id }) => images.has(id))
        .map((point) => html`<${Face} key=${point.id} ...${{ point, edge, hot }} />`)}
    </div>
    <svg class="marks" aria-hidden="true">
      ${stars.map(
        ({ id, x, y }) =>
          html`<polygon key=${id} class="star" points=${STAR} transform=${`translate(${x} ${y})`} />`,
      )}
      ${names.map(
        ({ anchor, text, x, y }) => html`<text
          key=${anchor} class="cluster" x=${x} y=${y} style=${{ fill: colourOf(anchor) }}
        >${text}</text>`,
      )}
      ${points.filter(({ id }) => !images.has(id)).map((point) => markOf(point, hot))}
      <${Lasso} />
    </svg>
    <div class="map-axes" aria-hidden="true">
      <span class="up">↑ closer to its own prompt</span>
      <span class="across">below the line: copies →</span>
    </div>
    <p class="empty" hidden=${!none}>${none && empty()}</p>
    <p class="map-note" role="status">${drawn.alike && alike}</p>
    ${hovered && html`<${Preview} point=${hovered} size=${size} />`}
    <${Controls} memory=${memory} isZoomed=${isZoomed} acts=${acts} />`;
}

/** An image in place of its point. @param {{ point: MapPoint, edge: number, hot: string | null }} props */
const Face = ({ point: { id, x, y, copy, colour }, edge, hot }) => html`<img
  class="map-picture" alt="" draggable=${false} decoding="async" src=${thumbnail(id)}
  width=${edge} height=${edge}
  style=${{ transform: `translate(${x - edge / 2}px, ${y - edge / 2}px)`, borderColor: colour }}
  data-copy=${copy ? "" : null} data-verdict=${state.verdicts.get(id)}
  data-suggested=${state.suggested.has(id) ? "" : null} data-hot=${id === hot ? "" : null}
  data-faded=${isFaded(id) ? "" : null}
/>`;

/**
 * The rings of a point: suggested, accepted, rejected, under the pointer or with the ring.
 * @param {MapPoint} point
 * @param {string | null} hot
 */
function markOf({ id, x, y }, hot) {
  const verdict = state.verdicts.get(id);
  const ring = (/** @type {keyof typeof RADIUS} */ kind) =>
    html`<circle class=${kind} cx=${x} cy=${y} r=${RADIUS[kind]} />`;
  const r = RADIUS.rejected;
  const cross = `M${x - r} ${y - r}l${2 * r} ${2 * r}m0 ${-2 * r}l${-2 * r} ${2 * r}`;
  return [
    verdict === "accepted" && html`${ring("accepted")}<text class="sign" x=${x + 10} y=${y - 7}>✓</text>`,
    verdict === "rejected" && html`<path class="rejected" d=${cross} />`,
    !verdict && state.suggested.has(id) && ring("suggested"),
    id === hot && ring(state.hover ? "hover" : "focus"),
  ];
}

/** The image of a point, next to it. @param {{ point: MapPoint, size: Size }} props */
function Preview({ point: { id, x, y }, size: { width, height } }) {
  const candidate = state.candidates.get(id);
  const likes = candidate && copyWords(candidate, state.project?.kind);
  const left = Math.max(4, x + PREVIEW + 8 > width ? x - PREVIEW : x + 18);
  const up =
    y > height / 2
      ? { bottom: `${Math.max(4, height - y - 70)}px`, top: "auto" }
      : { top: `${Math.max(4, y - 70)}px` };
  return html`<figure class="hover-preview" style=${{ left: `${left}px`, ...up }}>
    <img alt="" src=${thumbnail(id)} />
    <figcaption>${candidate?.head ?? candidate?.prompt}${likes && ` · ${likes}`}</figcaption>
  </figure>`;
}
