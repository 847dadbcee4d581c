/** A chart of the page: a figure of the studio, which Python defines, drawn by Plotly in the page's theme. */
import { fromStudio } from "./answers.js";
import { plotly } from "./plotly.js";
import { html } from "../kit/html.js";
import { theme } from "../kit/theme.js";
import { useEffect, useRef, useState } from "../vendor/preact.min.js";

/**
 * `meta` tells apart what is shown one at a time, and `customdata` what a point opens.
 * @typedef {{ name?: string, meta?: string, x?: unknown, y?: unknown, text?: unknown, customdata?: unknown,
 *   error_y?: { array?: number[], arrayminus?: number[] } }} Trace
 * @typedef {{ title: { text: string, subtitle: { text: string } } } & Record<string, unknown>} Layout
 * @typedef {{ data: Trace[], layout: Layout }} Figure
 * @typedef {Figure | { missing: string }} Answer
 */

/** @type {WeakMap<Element, Figure>} what is drawn in an element */
const drawn = new WeakMap();
const MARGIN = { l: 52, r: 20, t: 30, b: 42 };
const PLAIN = { displayModeBar: false, showTips: false };
const WIDE = 800; // pixels from which on the letters are larger
const SHAPE = 0.58; // height for each pixel of the width
const REST = 2500; // ms from one reading of a figure to the next, as a training changes it with each step

/**
 * The figure without its title, which the page says itself, as large as its place; `bare`: without a legend.
 * @param {Figure} figure
 * @param {{ width: number, height: number, bare?: boolean }} size
 * @param {string} [only] the `meta` of the traces to show, of those that have one
 */
export function placed({ data, layout }, { width, height, bare }, only) {
  const { title: _title, updatemenus: _menus, ...rest } = layout;
  const shown = only === undefined ? data : data.filter(({ meta }) => meta === undefined || meta === only);
  const letters = { size: width < WIDE ? 12 : 14 };
  const axes = Object.entries(rest).filter(([name]) => /^[xy]axis\d*$/.test(name));
  return {
    data: only === undefined ? shown : shown.map((trace) => ({ ...trace, visible: true })),
    layout: {
      ...rest,
      ...Object.fromEntries(axes.map(([name, axis]) => [name, withLetters(axis, letters)])),
      font: { .../** @type {object} */ (rest.font), ...letters },
      width,
      height,
      margin: bare ? { ...MARGIN, t: 10 } : MARGIN,
      ...(bare && { showlegend: false }),
      legend: { .../** @type {object} */ (rest.legend), y: 1, yanchor: "bottom" }, // below is the axis
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      dragmode: false,
    },
  };
}

/**
 * An axis whose title has the page's letters.
 * @param {any} axis
 * @param {{ size: number }} font
 */
const withLetters = ({ title, ...axis }, font) => ({ ...axis, title: { ...title, font } });

/**
 * @param {string} source the address of a figure
 * @param {string} look
 * @returns {Promise<Answer>}
 */
async function fetched(source, look) {
  const answer = await fromStudio(`${source}${source.includes("?") ? "&" : "?"}theme=${look}&form=json`);
  if (answer.ok) return answer.json();
  return { missing: await answer.text() };
}

/**
 * The figure of an address, read again when `version` changes, but not at once after it was read, or the
 * theme; null before the first one came.
 * @param {string} source
 * @param {string} version
 */
function useFigure(source, version) {
  const [found, show] = useState(/** @type {Answer | null} */ (null));
  const look = theme();
  const read = useRef({ what: "", at: -Infinity });
  useEffect(() => {
    let latest = true;
    const what = `${source} ${look}`;
    const rest = read.current.what === what ? read.current.at + REST - performance.now() : 0;
    const waiting = setTimeout(
      () => {
        read.current = { what, at: performance.now() };
        fetched(source, look).then(
          (answer) => latest && show(answer),
          () => {}, // the page says that the studio is away
        );
      },
      Math.max(0, rest),
    );
    return () => {
      latest = false;
      clearTimeout(waiting);
    };
  }, [source, version, look]);
  return found;
}

/**
 * A chart with its title. A point with `customdata` that is clicked is given to `pick`; `name` is what screen
 * readers say in place of the title; `bare`: without a legend.
 * @param {{ source: string, version: unknown, height?: number, bare?: boolean, only?: string,
 *   about?: unknown, untitled?: boolean, name?: string, children?: unknown,
 *   pick?: (customdata: unknown) => void }} props
 */
export function Plot({ source, version, height, bare, only, about, untitled, name, children, pick }) {
  const figure = useFigure(source, JSON.stringify(version));
  if (!figure) return html`<p class="chart-missing" role="status">Loading the chart…</p>`;
  if ("missing" in figure) return html`<p class="chart-missing">${figure.missing}</p>`;
  const { text, subtitle } = figure.layout.title;
  return html`
    ${untitled ? null : html`<p class="chart-title"><b>${text}</b> ${about ?? subtitle.text} ${children}</p>`}
    <${Drawing} ...${{ figure, height, bare, only, pick }} name=${name ?? `${text}. ${subtitle.text}`} />
  `;
}

/**
 * @param {{ figure: Figure, name: string, height?: number, bare?: boolean, only?: string,
 *   pick?: (customdata: unknown) => void }} props
 */
function Drawing({ figure, name, height, bare, only, pick }) {
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  const [width, measure] = useState(0);
  useEffect(() => {
    const node = place.current;
    if (!node) return undefined;
    const watching = new ResizeObserver(() => measure(node.clientWidth));
    watching.observe(node);
    return () => watching.disconnect();
  }, []);
  useEffect(() => {
    const node = place.current;
    if (!node || !width) return;
    const size = { width, height: height ?? Math.round(Math.min(width * SHAPE, 380)), bare };
    const { data, layout } = placed(figure, size, only);
    const isResized = drawn.get(node) === figure; // `react` would leave the legend where it was
    drawn.set(node, figure);
    plotly()
      .then((library) => library[isResized ? "newPlot" : "react"](node, data, layout, PLAIN))
      .then(() => listen(node, pick))
      .catch((error) => {
        node.textContent = error instanceof Error ? error.message : String(error);
      });
  }, [figure, width, height, bare, only]);
  return html`<div class="chart" ref=${place} role="img" aria-label=${name} />`;
}

/**
 * @param {HTMLElement} node
 * @param {((customdata: unknown) => void) | undefined} pick
 */
function listen(node, pick) {
  const plot = /** @type {HTMLElement & { removeAllListeners: (name: string) => void,
    on: (name: string, act: (event: { points: { customdata: unknown }[] }) => void) => void }} */ (node);
  plot.removeAllListeners("plotly_click");
  if (pick) plot.on("plotly_click", ({ points: [point] }) => pick(point.customdata));
}

/** @param {ParentNode} box */
export const figuresIn = (box) =>
  [...box.querySelectorAll(".chart")].flatMap((node) => drawn.get(node) ?? []);

/**
 * The points of figures as a table, the names of its columns first.
 * @param {Figure[]} figures
 */
export function rowsOf(figures) {
  /** @param {unknown} values */
  const list = (values) => (Array.isArray(values) ? values : []);
  return [
    ["chart", "curve", "point", "x", "y", "y low", "y high"],
    ...figures.flatMap(({ data, layout }) =>
      data.flatMap(({ name = "", x, y, text, error_y: error }) =>
        list(x).map((at, i) => {
          const [value, low, high] = [list(y)[i], error?.arrayminus?.[i], error?.array?.[i]];
          return [
            layout.title.text,
            name,
            list(text)[i] ?? "",
            at,
            value,
            low === undefined ? null : value - low,
            high === undefined ? null : value + high,
          ];
        }),
      ),
    ),
  ];
}
