/** The choice whether figures stand beside the plain words, for the whole studio. */
import { html } from "./html.js";
import { effect, signal } from "../vendor/signals.min.js";

const KEY = "gal-studio-figures";

function keptChoice() {
  try {
    return localStorage.getItem(KEY) === "shown";
  } catch {
    return false;
  }
}

export const figures = signal(keptChoice());
effect(() => {
  document.documentElement.dataset.figures = figures.value ? "shown" : "";
});

/** A button that shows the figures behind the plain words; this browser keeps the choice. */
export function FiguresButton() {
  const toggle = () => {
    figures.value = !figures.value;
    try {
      localStorage.setItem(KEY, figures.value ? "shown" : "");
    } catch {
      // it holds until the page is left
    }
  };
  return html`<button
    type="button" class="quiet figures-button" aria-pressed=${String(figures.value)} onClick=${toggle}
    title="Percentages, uncertainty, CLIP and charts beside the plain words"
  >Figures</button>`;
}
