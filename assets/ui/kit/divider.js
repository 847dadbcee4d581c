/** The divider between two pictures that lie over each other: it is dragged on the picture itself. */
import { el } from "./dom.js";

/**
 * Let the pointer draw the divider over `place`. `cut(percent)` is called with where it stands.
 * @param {HTMLElement} place
 * @param {(percent: number) => void} cut
 * @param {() => boolean} [anywhere] whether a press beside the line counts, or else moves the picture
 */
export function divider(place, cut, anywhere = () => true) {
  const line = el("span", { class: "divider", "aria-hidden": "true" });
  const listening = new AbortController();
  place.append(line);
  place.dataset.divided = "";
  place.addEventListener(
    "pointerdown",
    (start) => {
      if (start.button !== 0 || (start.target !== line && !anywhere())) return;
      start.stopPropagation();
      place.setPointerCapture(start.pointerId);
      /** @param {PointerEvent} event */
      const move = ({ clientX }) => {
        const { left, width } = place.getBoundingClientRect();
        cut(Math.min(100, Math.max(0, (100 * (clientX - left)) / width)));
      };
      const ending = new AbortController();
      const { signal } = ending;
      move(start);
      place.addEventListener("pointermove", move, { signal });
      for (const end of /** @type {const} */ (["pointerup", "pointercancel"]))
        place.addEventListener(end, () => ending.abort(), { signal });
    },
    { signal: listening.signal },
  );
  return {
    /** @param {number} percent */
    at: (percent) => {
      line.style.left = `${percent}%`;
    },
    remove: () => {
      listening.abort();
      line.remove();
      delete place.dataset.divided;
    },
  };
}
