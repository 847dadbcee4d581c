/** Components that show the state: they are rendered again when it has changed. */
import { html } from "../kit/html.js";
import { render, useLayoutEffect, useReducer, useRef } from "../vendor/preact.min.js";
import { on } from "./store.js";

const PRESSED = 60; // ms until the next look whether the box is still pressed

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
 * If it reads signals too, `draw` is that function, not a template with its component: see `renderOn`.
 * @param {{ events: string, when?: () => boolean, draw: () => unknown }} props
 */
export function Live({ events, when = () => true, draw }) {
  useEvents(events);
  const last = useRef(/** @type {unknown} */ (null));
  if (when()) last.current = draw();
  return last.current;
}

/**
 * Render a component into a box, now and after each of the events, but not while a button of it is pressed:
 * one that moves would lose its click. A component that reads signals is rendered again only if a property
 * differs: hence `at`, which one that reads both signals and the state hands on.
 * @template {string} Names
 * @param {Names} names of events, separated by spaces
 * @param {HTMLElement} box
 * @param {() => unknown} component
 */
export function renderOn(names, box, component) {
  let waits = false;
  const draw = () => {
    waits = box.querySelector("button:active, a:active") !== null;
    if (waits) setTimeout(draw, PRESSED);
    else render(html`<${component} at=${{}} />`, box);
  };
  const soon = () => {
    if (waits) return;
    waits = true;
    queueMicrotask(draw);
  };
  on(names, soon);
  draw();
}
