/** The choice whether figures stand beside the plain words, for the whole studio. */
import { html } from "./html.js";
import { keep, kept } from "./kept.js";
import { effect, signal } from "../vendor/signals.min.js";

const KEY = "gal-studio-figures";

export const figures = signal(kept(KEY) === "shown");
effect(() => {
  document.documentElement.dataset.figures = figures.value ? "shown" : "";
});

/** A button that shows the figures behind the plain words; this browser keeps the choice. */
export function FiguresButton() {
  const toggle = () => {
    figures.value = !figures.value;
    keep(KEY, figures.value ? "shown" : "");
  };
  return html`<button
    type="button" class="quiet figures-button" aria-pressed=${String(figures.value)} onClick=${toggle}
    title="Percentages, uncertainty and charts as well as words"
  >Show numbers</button>`;
}
