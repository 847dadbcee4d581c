/** Plotly, from our own server, fetched once and only when the map has something to show. */
let loading = null;

export function plotly() {
  loading ??= new Promise((resolve, reject) => {
    if (window.Plotly) return resolve(window.Plotly);
    const script = document.createElement("script");
    script.src = "/static/plotly.min.js";
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => {
      loading = null;
      reject(new Error("The map's library could not be loaded."));
    };
    document.head.append(script);
  });
  return loading;
}
