/** The map: Plotly renders the points; an SVG overlay renders what changes with the pointer. */
/** @import { State } from "../../app/store.js" */
/** @import { MapPoint } from "./marks.js" */
/** @import { Plot } from "../../app/plotly.js" */
import { state, on, setFocus, setHover, setSelection } from "../../app/store.js";
import { el, setText, svg } from "../../kit/dom.js";
import { thumbnail } from "../../app/urls.js";
import { gradient, MODES } from "./colours.js";
import { plotly } from "../../app/plotly.js";
import { lassoed, nearest } from "./geometry.js";
import { watchPointer } from "./lasso.js";
import { layout, traces } from "./plot.js";
import { drawMarks } from "./marks.js";

const HIT_RADIUS = 12; // pixels
/**
 * The elements of the map.
 * @typedef {{ map: HTMLElement, plot: HTMLElement, marks: SVGElement, empty: HTMLElement, peek: HTMLElement,
 *   face: HTMLImageElement, caption: HTMLElement }} MapParts
 */
/** @type {MapParts} */
let parts;
/** @type {MapPoint[]} */
let points = [];
/** @type {MapPoint[]} */
let stars = [];
/** @type {Element[]} the points as Plotly drew them; none before it has */
let dots = [];
let drawn = false;
let asked = false;

/**
 * @param {HTMLElement} panel
 * @param {{ legend: HTMLElement }} more
 */
export function mountMap(panel, { legend: scale }) {
  const face = el("img", { alt: "" });
  const caption = el("figcaption");
  parts = {
    face,
    caption,
    map: panel,
    plot: el("div", { class: "plot" }),
    marks: svg("svg", { class: "marks", "aria-hidden": "true" }),
    empty: el("p", { class: "empty" }),
    peek: el("figure", { class: "peek", hidden: true }, face, caption),
  };
  panel.append(parts.plot, parts.marks, parts.empty, parts.peek);
  legend(scale);
  on("positions forget", draw);
  on("scores", () => (state.colour === "entropy" ? draw() : marks()));
  on("colour", draw);
  on("view", (name) => {
    if (name === "map") draw();
  });
  on("step", () => {
    if (state.step === "rounds") draw();
  });
  on("round job candidates", words);
  on("verdicts", marks);
  on("selection filter", () => {
    fade();
    marks();
  });
  on("hover", (origin) => {
    peek(origin);
    marks();
  });
  on("focus", marks);
  document.addEventListener("studio-theme", draw);
  watchPointer(
    parts.map,
    {
      hover: (x, y) => setHover(nearest(points, x, y, HIT_RADIUS)?.id ?? null, "map"),
      leave: () => setHover(null, "map"),
      click: (x, y) => {
        const point = nearest(points, x, y, HIT_RADIUS);
        if (point) setFocus(point.id, "map");
        else setSelection([]);
      },
      lasso,
    },
    parts.marks,
  );
  new ResizeObserver(draw).observe(parts.plot);
}

/** @param {HTMLElement} node */
function legend(node) {
  const choice = el(
    "select",
    {
      "aria-label": "Colour the map by",
      on: {
        change: () => {
          state.colour = /** @type {State["colour"]} */ (choice.value); // one of MODES
          show();
          draw();
        },
      },
    },
    Object.entries(MODES).map(([value, mode]) => el("option", { value }, mode.label)),
  );
  const [from, bar, to] = [el("span"), el("i"), el("span")];
  const scale = el("span", { class: "scale", hidden: true }, from, bar, to);
  const show = () => {
    const words = MODES[state.colour].legend;
    scale.hidden = !words;
    if (!words) return;
    [from.textContent, to.textContent] = words;
    bar.style.background = gradient(state.colour);
  };
  node.append(
    el("label", {}, "Colour by ", choice),
    scale,
    el(
      "span",
      {
        class: "shapes",
        title: "Ring: the picture is like the reference, by prompt or by picture. Dot: it is not",
      },
      "★ reference ○ like it ● not",
    ),
  );
}

function words() {
  const none = !state.positions.size;
  const node = parts.empty;
  node.hidden = !none;
  if (!none) return;
  setText(
    node,
    state.candidates.size
      ? "The map appears when all pictures are drawn."
      : "Each picture becomes a point here: near the star, it looks like your reference.",
  );
}

function draw() {
  words();
  const { plot } = parts;
  if (!plot.clientWidth || state.step !== "rounds") return;
  asked = true;
  plotly()
    .then((library) => {
      if (!asked) return null;
      asked = false;
      const candidates = [...state.candidates.values()].filter((c) => state.positions.has(c.id));
      points = candidates.flatMap(({ id, copy }) => point(id, copy));
      stars = (state.project?.references ?? []).flatMap(({ id }) => point(id, false));
      return library.react(plot, traces(candidates, points, stars), layout(plot, [...points, ...stars]), {
        staticPlot: true,
        responsive: false,
      });
    })
    .then((result) => {
      if (!result) return;
      drawn = true;
      dots = [...plot.querySelectorAll(".scatterlayer .trace:first-child .point")];
      measure(result);
      fade();
      marks();
    })
    .catch((error) => {
      parts.empty.hidden = false;
      setText(parts.empty, error.message);
    });
}

/**
 * The map point of a candidate or reference; empty if it has no position.
 * @param {string} id
 * @param {boolean} copy
 * @returns {MapPoint[]}
 */
function point(id, copy) {
  const at = state.positions.get(id);
  return at ? [{ id, at, copy, x: 0, y: 0 }] : [];
}

/**
 * Compute the pixel position of each point, once per render rather than per pointer move.
 * @param {Plot} plot
 */
function measure(plot) {
  const { xaxis, yaxis } = plot._fullLayout;
  for (const point of [...points, ...stars]) {
    point.x = xaxis._offset + xaxis.c2p(point.at[0]);
    point.y = yaxis._offset + yaxis.c2p(point.at[1]);
  }
}

/**
 * @param {(point: MapPoint) => boolean} inside
 * @param {PointerEvent} event
 * @param {string[]} before
 */
function lasso(inside, event, before) {
  const ids = points.filter(inside).map((point) => point.id);
  setSelection(lassoed(before, ids, event), { filter: true });
}

function fade() {
  const some = state.selection.size > 0;
  points.forEach((point, i) => {
    dots[i]?.classList.toggle("faded", some && !state.selection.has(point.id));
  });
}

function marks() {
  if (drawn) drawMarks(parts.marks, points);
}

/**
 * Show the hovered picture next to its point.
 * @param {string | undefined} origin
 */
function peek(origin) {
  const { peek: node, map: box, face: image, caption } = parts;
  const point = points.find((p) => p.id === state.hover);
  const candidate = state.candidates.get(state.hover ?? "");
  node.hidden = origin !== "map" || !point || !candidate;
  if (node.hidden || !point || !candidate) return;
  if (image.dataset.id !== point.id) {
    image.dataset.id = point.id;
    image.src = thumbnail(point.id);
  }
  setText(caption, `${candidate.head ?? candidate.prompt}${candidate.copy ? " · like the reference" : ""}`);
  const left = point.x + 150 > box.clientWidth ? point.x - 142 : point.x + 18;
  const top = Math.max(4, Math.min(box.clientHeight - 158, point.y - 70));
  node.style.transform = `translate(${Math.max(4, left)}px, ${top}px)`;
}
