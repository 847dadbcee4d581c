/** A view of the candidates that nobody needs: it counts them. */
import { on, state } from "../../app/store.js";

/** @param {HTMLElement} panel */
export function mount(panel) {
  on("candidates forget view", () => {
    panel.textContent = `${state.candidates.size} pictures`;
  });
  return { rows: () => [["pictures"], [String(state.candidates.size)]] };
}
