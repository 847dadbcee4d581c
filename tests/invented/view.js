/** A view of the candidates that nobody needs: it counts them. */
import { state, whenever } from "../../app/store.js";

/** @param {HTMLElement} panel */
export function mount(panel) {
  whenever(() => state.candidates.size, () => {
    panel.textContent = `${state.candidates.size} images`;
  });
  return { rows: () => [["images"], [String(state.candidates.size)]] };
}
