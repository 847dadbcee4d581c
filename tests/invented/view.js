/**
 * A view of the candidates that nobody needs, as an example of a new one: it counts them. A real one is a file in
 * `assets/ui/rounds` and one line in `views/views.js`.
 */
import { on, state } from "../../app/store.js";

/** @param {HTMLElement} panel */
export function mountCount(panel) {
  on("candidates forget view", () => {
    panel.textContent = `${state.candidates.size} pictures`;
  });
  return { rows: () => [["pictures"], [String(state.candidates.size)]] };
}
