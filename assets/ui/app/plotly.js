/** Loads Plotly on demand, once, from our own server. */

/**
 * Types for the part of Plotly that the map uses; `_fullLayout` holds the computed axes.
 * @typedef {{ _offset: number, c2p: (value: number) => number }} Axis
 * @typedef {HTMLElement & { _fullLayout: { xaxis: Axis, yaxis: Axis } }} Plot
 * @typedef {{
 *   react: (plot: HTMLElement, traces: object[], layout: object, config: object) => Promise<Plot>
 * }} Plotly
 */

/** @type {Promise<Plotly> | null} */
let loading = null;

const loaded = () => /** @type {{ Plotly?: Plotly }} */ (window).Plotly;

export function plotly() {
  loading ??= new Promise((resolve, reject) => {
    const present = loaded();
    if (present) return resolve(present);
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
