/** Components that show the state: they are rendered again when it has changed. */
import { useLayoutEffect, useReducer, useRef } from "../vendor/preact.min.js";
import { on } from "./store.js";

/**
 * Render the component again after each of these events.
 * @param {string} events as in `on`
 */
export function useEvents(events) {
  const [, again] = useReducer((/** @type {number} */ count) => count + 1, 0);
  useLayoutEffect(() => on(events, again), [events]);
}

/**
 * What `draw` returns, again after each of these events while `when` is true: what is hidden costs nothing.
 * @param {{ events: string, when?: () => boolean, draw: () => unknown }} props
 */
export function Live({ events, when = () => true, draw }) {
  useEvents(events);
  const last = useRef(/** @type {unknown} */ (null));
  if (when()) last.current = draw();
  return last.current;
}
