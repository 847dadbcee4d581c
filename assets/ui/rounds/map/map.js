/** The map: Plotly draws the points, an overlay of ours draws what changes with the pointer. */
import { state, on, setFocus, setHover, setSelection } from "../../app/store.js";
import { el, setText, svg } from "../../kit/dom.js";
import { thumbnail } from "../../app/urls.js";
import { colours, gradient, MODES } from "./colours.js";
import { plotly } from "../../app/plotly.js";
import { lassoed, nearest, rangeOf } from "./geometry.js";
import { watchPointer } from "./lasso.js";
import { drawMarks } from "./marks.js";

const NEAR = 12; // pixels
const MANY = 400; // points from which on they are drawn smaller
const map = { parts: null, points: [], stars: [], drawn: false, asked: false, wheel: null };

export function mountMap(panel, { legend: scale }) {
  const parts = {
    map: panel,
    plot: el("div", { class: "plot" }),
    marks: svg("svg", { class: "marks", "aria-hidden": "true" }),
    empty: el("p", { class: "empty" }),
    peek: el("figure", { class: "peek", hidden: true }, el("img", { alt: "" }), el("figcaption")),
  };
  panel.append(parts.plot, parts.marks, parts.empty, parts.peek);
  map.parts = parts;
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
      hover: (x, y) => setHover(nearest(map.points, x, y, NEAR)?.id ?? null, "map"),
      leave: () => setHover(null, "map"),
      click: (x, y) => {
        const point = nearest(map.points, x, y, NEAR);
        if (point) setFocus(point.id, "map");
        else setSelection([]);
      },
      lasso,
    },
    parts.marks,
  );
  new ResizeObserver(draw).observe(parts.plot);
}

function legend(node) {
  const choice = el(
    "select",
    {
      "aria-label": "Colour the map by",
      on: {
        change: () => {
          state.colour = choice.value;
          show();
          draw();
        },
      },
    },
    Object.entries(MODES).map(([value, mode]) => el("option", { value }, mode.label)),
  );
  const scale = el("span", { class: "scale", hidden: true }, el("span"), el("i"), el("span"));
  const show = () => {
    const words = MODES[state.colour].legend;
    scale.hidden = !words;
    if (!words) return;
    [scale.firstChild.textContent, scale.lastChild.textContent] = words;
    scale.querySelector("i").style.background = gradient(state.colour);
  };
  node.append(
    el("label", {}, "Colour by ", choice),
    scale,
    el(
      "span",
      {
        class: "shapes",
        title:
          "Ring: the picture looks more like the reference’s prompt than its own. Dot: it matches its own prompt",
      },
      "★ reference ○ like it ● not",
    ),
  );
}

function words() {
  const none = !state.positions.size;
  const node = map.parts.empty;
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
  const { plot } = map.parts;
  if (!plot.clientWidth || state.step !== "rounds") return;
  map.asked = true;
  plotly()
    .then((library) => {
      if (!map.asked) return null;
      map.asked = false;
      const candidates = [...state.candidates.values()].filter((c) => state.positions.has(c.id));
      map.points = candidates.map((c) => ({ id: c.id, at: state.positions.get(c.id), copy: c.copy }));
      map.stars = (state.project?.references ?? [])
        .filter((r) => state.positions.has(r.id))
        .map((r) => ({ id: r.id, at: state.positions.get(r.id) }));
      return library.react(plot, traces(candidates), layout(), { staticPlot: true, responsive: false });
    })
    .then((result) => {
      if (!result) return;
      map.drawn = true;
      map.nodes = plot.querySelectorAll(".scatterlayer .trace:first-child .point");
      measure();
      fade();
      marks();
    })
    .catch((error) => setText(map.parts.empty, error.message));
}

function traces(candidates) {
  const colour = colours(candidates, state.colour);
  const [small, large] = candidates.length > MANY ? [9, 16] : [13, 21];
  const size = candidates.map((c) => (state.suggested.has(c.id) ? large : small));
  const accent = getComputedStyle(document.documentElement).getPropertyValue("--accent").trim();
  return [
    {
      type: "scatter",
      mode: "markers",
      hoverinfo: "skip",
      x: map.points.map((p) => p.at[0]),
      y: map.points.map((p) => p.at[1]),
      marker: {
        color: colour,
        size,
        opacity: 1,
        symbol: candidates.map((c) => (c.copy ? "circle-open" : "circle")),
        line: { width: candidates.map((c) => (c.copy ? 2 : 0)), color: colour },
      },
    },
    {
      type: "scatter",
      mode: "markers",
      hoverinfo: "skip",
      x: map.stars.map((p) => p.at[0]),
      y: map.stars.map((p) => p.at[1]),
      marker: { color: accent, size: 24, symbol: "star" },
    },
  ];
}

function layout() {
  const xs = [...map.points, ...map.stars].map((p) => p.at[0]);
  const ys = [...map.points, ...map.stars].map((p) => p.at[1]);
  const axis = (values) => ({ visible: false, fixedrange: true, range: rangeOf(values) });
  return {
    autosize: true,
    showlegend: false,
    dragmode: false,
    margin: { l: 6, r: 6, t: 6, b: 6 },
    width: map.parts.plot.clientWidth,
    height: map.parts.plot.clientHeight,
    paper_bgcolor: "transparent",
    plot_bgcolor: "transparent",
    xaxis: axis(xs),
    yaxis: axis(ys),
  };
}

/** Where each point lies on the screen: reckoned once a drawing, not once a movement. */
function measure() {
  const { xaxis, yaxis } = map.parts.plot._fullLayout;
  for (const point of [...map.points, ...map.stars]) {
    point.x = xaxis._offset + xaxis.c2p(point.at[0]);
    point.y = yaxis._offset + yaxis.c2p(point.at[1]);
  }
}

function lasso(inside, event, before) {
  const ids = map.points.filter(inside).map((point) => point.id);
  setSelection(lassoed(before, ids, event), { filter: true });
}

function fade() {
  if (!map.nodes) return;
  const some = state.selection.size > 0;
  map.points.forEach((point, i) => {
    map.nodes[i]?.classList.toggle("faded", some && !state.selection.has(point.id));
  });
}

function marks() {
  if (map.drawn) drawMarks(map.parts.marks, map.points);
}

/** The picture under the pointer, beside its point. */
function peek(origin) {
  const { peek: node, map: box } = map.parts;
  const point = map.points.find((p) => p.id === state.hover);
  const candidate = state.candidates.get(state.hover);
  node.hidden = origin !== "map" || !point || !candidate;
  if (node.hidden) return;
  const image = node.querySelector("img");
  if (image.dataset.id !== point.id) {
    image.dataset.id = point.id;
    image.src = thumbnail(point.id);
  }
  setText(
    node.lastChild,
    `${candidate.head ?? candidate.prompt}${candidate.copy ? " · like the reference" : ""}`,
  );
  const left = point.x + 150 > box.clientWidth ? point.x - 142 : point.x + 18;
  const top = Math.max(4, Math.min(box.clientHeight - 158, point.y - 70));
  node.style.transform = `translate(${Math.max(4, left)}px, ${top}px)`;
}
