/** A view of a plug-in: the numbers of the pictures. */
import { state, whenever } from "../app/store.js";

/** @param {HTMLElement} panel */
export function mount(panel) {
  whenever(() => state.candidates.size, () => {
    panel.textContent = `${state.candidates.size} listed`;
  });
  return { rows: () => [["listed"], [String(state.candidates.size)]] };
}
