/** A view of the candidates that nobody needs: it counts them. */
import { on, state } from "../../app/store.js";

/** @param {HTMLElement} panel */
export function mount(panel) {
  on("candidates forget view", () => {
    panel.textContent = `${state.candidates.size} images`;
  });
  return { rows: () => [["images"], [String(state.candidates.size)]] };
}
