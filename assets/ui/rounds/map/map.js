/** The map: points, and layers that show what changes with the pointer. */
/** @import { Size } from "./camera.js" */
/** @import { Pixel } from "./geometry.js" */
/** @import { Points } from "./scene.js" */
/** @import { MapPoint } from "./drawing/marks.js" */
/** @import { Memory } from "./memory.js" */
import { isJudged, loading, on, state } from "../../app/store.js";
import { roundFigure } from "../../app/urls.js";
import { setText } from "../../kit/dom.js";
import { html } from "../../kit/html.js";
import { pressedKey } from "../../kit/pressed_key.js";
import { figuresAt } from "../../app/plot.js";
import { render } from "../../vendor/preact.min.js";
import { Controls, Legend, STEP } from "./controls.js";
import { nearest } from "./geometry.js";
import { glide, MOST_ELEMENTS } from "./drawing/dots.js";
import { dropGhosts, fetchGhosts, ghostPlaces } from "./drawing/ghosts.js";
import { makeLayers } from "./layers.js";
import { pointerActs, watchPointer } from "./pointer.js";
import { PROJECTIONS } from "./projections.js";
import { mapRows } from "./saved.js";
import { frameOf, makePoints, recolour as repaint } from "./scene.js";
import { Viewpoint } from "./viewpoint.js";

const HIT_RADIUS = 12; // pixels
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

/** @type {HTMLElement} */
let panel;
/** @type {ReturnType<typeof makeLayers>} */
let layers;
/** @type {() => void} */
let showControls;
/** @type {() => void} */
let showLegend;
/** @type {Points} */
let scene = { points: [], stars: [], alike: false };
let drawings = 0;
/** @type {Size | null} what it was drawn for */
let drawnSize = null;
let asked = false;
let colourBefore = "anchor"; // something was looked for
let grown = false; // more pictures of this round were placed
let turned = false; // to another round, whose pictures are on their way
/** @type {Map<string, Pixel>} where the pictures of the round that was left were, by key */
let left = new Map();

/** @returns {Size} */
const size = () => ({ width: panel.clientWidth, height: panel.clientHeight });
const viewpoint = new Viewpoint(size, () => overlay());
const zoom = (/** @type {number} */ factor) => viewpoint.zoom(factor);
const showWhole = () => viewpoint.show(undefined);

/**
 * @param {HTMLElement} node
 * @param {{ legend: HTMLElement }} more
 */
export function mountMap(node, { legend }) {
  panel = node;
  layers = makeLayers(panel);
  const acts = {
    project: (/** @type {Memory["projection"]} */ projection) => change({ projection }),
    tool: (/** @type {Memory["tool"]} */ tool) => change({ tool }),
    colour: (/** @type {string} */ colour) => change({ colour }),
    others: () => change({ others: !viewpoint.memory.others }),
    whole: showWhole,
    zoom,
  };
  showControls = () => {
    const { memory, zoomed } = viewpoint;
    panel.dataset.tool = memory.tool;
    panel.dataset.projection = memory.projection;
    const rounds = state.rounds.length;
    const judged = isJudged();
    render(html`<${Controls} ...${{ memory, rounds, judged, acts }} isZoomed=${zoomed} />`, layers.controls);
  };
  showLegend = () =>
    render(html`<${Legend} colour=${viewpoint.memory.colour} choose=${acts.colour} />`, legend);
  showControls();
  listen();
  watchPointer(
    panel,
    pointerActs(viewpoint, () => scene.points, at),
    layers.overlay,
  );
  panel.addEventListener("keydown", (event) => {
    const act = { "+": () => zoom(STEP), "-": () => zoom(1 / STEP), 0: showWhole }[pressedKey(event)];
    act?.();
  });
  new ResizeObserver(resized).observe(panel);
  const figure = () => roundFigure("map");
  return { rows: () => mapRows(scene), figure, figures: () => figuresAt(figure()) };
}

function listen() {
  on("positions", grow);
  on("scores rounds step", ask);
  on("candidates", () => viewpoint.memory.projection === "own" && ask());
  on("project", () => {
    viewpoint.enter(state.projectId);
    showControls();
    showLegend();
  });
  on("forget", leaveRound);
  on("search", colourSearch);
  on("view", (name) => name === "map" && ask());
  on("round job", words);
  on("verdicts", () => (viewpoint.memory.colour === "decision" ? recolour() : marks()));
  on("selection filter", () => {
    points();
    marks();
  });
  on("hover", (origin) => {
    layers.preview(origin === "map" ? scene.points.find((p) => p.id === state.hover) : undefined);
    marks();
    if (viewpoint.behind) layers.ghosts(view());
  });
  on("focus", marks);
  document.addEventListener("studio-theme", ask);
}

/** Another round: its pictures start from where these are. Another project: all goes. */
function leaveRound() {
  turned = Boolean(state.project);
  left = new Map(turned ? scene.points.map(({ key, x, y }) => [key, [x, y]]) : []);
  if (turned) return words();
  scene = { points: [], stars: [], alike: false };
  overlay();
  dropGhosts();
  ask();
}

/** Pictures of this round have come or moved: those that are shown glide from where they are. */
function grow() {
  if (!turned && viewpoint.memory.projection === "alike") {
    left = new Map(scene.points.map(({ key, x, y }) => [key, [x, y]]));
    grown = left.size > 0;
  }
  ask();
}

/** @param {Partial<Memory>} changes */
function change(changes) {
  const { behind } = viewpoint;
  viewpoint.set(changes);
  showControls();
  if ("projection" in changes || behind !== viewpoint.behind) ask();
  else if ("colour" in changes) recolour();
}

/** What was looked for is shown by colour, and afterwards what was shown before. */
function colourSearch() {
  const { colour } = viewpoint.memory;
  if (colour !== "search") colourBefore = colour;
  change({ colour: state.search ? "search" : colour === "search" ? colourBefore : colour });
}

/** Other colours of what is drawn, where nothing moves. */
function recolour() {
  showLegend();
  if (asked || !panel.clientWidth) return ask();
  repaint(scene.points, viewpoint.memory.colour);
  return overlay();
}

/** The panel has another size; a drawing may have been made for it already. */
function resized() {
  const { width, height } = size();
  if (drawnSize?.width !== width || drawnSize.height !== height) ask();
}

const view = () => ({ scene, size: size(), viewpoint });

/**
 * The point at a pixel of the panel.
 * @param {number} x
 * @param {number} y
 * @returns {MapPoint | null}
 */
const at = (x, y) => nearest(scene.points, x, y, Math.max(HIT_RADIUS, layers.reach()));

/** Draw anew, once for all that changes in this task. */
function ask() {
  if (asked) return;
  asked = true;
  queueMicrotask(() => {
    asked = false;
    draw();
  });
}

async function draw() {
  words();
  showLegend();
  drawnSize = null;
  if (!panel.clientWidth || state.step !== "rounds") return;
  if (turned && loading()) return; // the points of the round before stay, dimmed
  drawnSize = size();
  drawings += 1;
  const drawing = drawings;
  if (viewpoint.behind) fetchGhosts().then((news) => news && ask());
  const { projection, colour } = viewpoint.memory;
  scene = makePoints(projection, colour);
  viewpoint.whole = frameOf(projection, scene, viewpoint.behind ? ghostPlaces(projection) : []);
  const moving = (turned || grown) && !STILL.matches && left.size > 0 && scene.points.length > 0;
  turned = grown = false;
  panel.toggleAttribute("data-moving", moving);
  overlay();
  if (!moving) return;
  await glide(scene.points, left, (points) => glideOn(drawing, points));
  if (drawing !== drawings) return;
  panel.removeAttribute("data-moving");
  points();
}

/** Is each point an element? That is too slow for many. */
const byElements = () => scene.points.length <= MOST_ELEMENTS;

/**
 * Show the points on their way, as long as this drawing is the newest.
 * @param {number} drawing
 * @param {MapPoint[]} points
 */
function glideOn(drawing, points) {
  if (drawing === drawings) layers.drawPoints(points, size());
  return drawing === drawings;
}

function words() {
  const { empty, place } = PROJECTIONS[viewpoint.memory.projection];
  panel.toggleAttribute("data-loading", loading());
  const none = !loading() && ![...state.candidates.values()].some(place);
  const bare = ["fine_tune", "generate", "wait"].includes(state.round?.step ?? "");
  layers.say(none && (bare || !turned) ? empty() : "");
}

/** What lies above and below Plotly's drawing. */
function overlay() {
  const now = view();
  layers.place(now);
  layers.ghosts(viewpoint.behind ? now : null);
  showControls();
  setText(layers.note, scene.alike ? PROJECTIONS[viewpoint.memory.projection].alike : "");
  points();
  marks();
}

const marks = () => layers.marks(view());

/** The points as elements, or on the canvas; the one that is not used is empty. */
function points() {
  layers.ground(view(), byElements() ? scene.points : []);
  layers.drawPoints(byElements() || panel.hasAttribute("data-moving") ? [] : scene.points, size());
}
