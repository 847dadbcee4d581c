/** Loads Plotly on demand, once, from our own server. */

/**
 * Types for the part of Plotly that the page uses.
 * @typedef {(plot: HTMLElement, traces: object[], layout: object, more: object) => Promise<unknown>} Drawing
 * @typedef {{ react: Drawing, newPlot: Drawing }} Plotly
 */

const SOURCE = new URL("../vendor/plotly.min.js", import.meta.url).href;

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
      reject(new Error("The chart could not be loaded. Open it again when the studio is back."));
    };
    script.src = SOURCE;
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
