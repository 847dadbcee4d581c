/** A view of a plug-in: the numbers of the pictures. */
import { on, state } from "../app/store.js";

/** @param {HTMLElement} panel */
export function mount(panel) {
  on("candidates forget view", () => {
    panel.textContent = `${state.candidates.size} listed`;
  });
  return { rows: () => [["listed"], [String(state.candidates.size)]] };
}
