/** Plotly, from our own server, fetched once and only when the map has something to show. */

/**
 * What the map uses of Plotly, which comes without types; `_fullLayout` is where it tells how it placed its axes.
 * @typedef {{ _offset: number, c2p: (value: number) => number }} Axis
 * @typedef {HTMLElement & { _fullLayout: { xaxis: Axis, yaxis: Axis } }} Plot
 * @typedef {{ react: (plot: HTMLElement, traces: object[], layout: object, config: object) => Promise<Plot> }} Plotly
 */

/** @type {Promise<Plotly> | null} */
let loading = null;

const loaded = () => /** @type {{ Plotly?: Plotly }} */ (window).Plotly;

export function plotly() {
  loading ??= new Promise((resolve, reject) => {
    const there = loaded();
    if (there) return resolve(there);
    const script = document.createElement("script");
    const failed = () => {
      loading = null;
      reject(new Error("The map could not be loaded. Open it again when the studio is back."));
    };
    script.src = "/static/plotly.min.js";
    script.onload = () => {
      const library = loaded();
      if (library) resolve(library);
      else failed();
    };
    script.onerror = failed;
    document.head.append(script);
  });
  return loading;
}
