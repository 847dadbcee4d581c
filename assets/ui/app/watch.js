/** Components that show the state: they are rendered again when it has changed. */
import { html } from "../kit/html.js";
import { render, useLayoutEffect, useReducer } from "../vendor/preact.min.js";
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
 * Render a component into a box, now and after each of the events, but not while a button of it is pressed:
 * one that moves would lose its click. While `when` is false, it stays as it was: what is hidden costs
 * nothing. A component that reads signals is rendered again only if a property differs: hence `at`, which one
 * that reads both signals and the state hands on.
 * @template {string} Names
 * @param {Names} names of events, separated by spaces
 * @param {HTMLElement} box
 * @param {() => unknown} component
 * @param {() => boolean} [when]
 */
export function renderOn(names, box, component, when = () => true) {
  let waits = false;
  /** @type {unknown} */
  let last = null;
  const Shown = () => {
    if (when()) last = component();
    return last;
  };
  const draw = () => {
    waits = box.querySelector("button:active, a:active") !== null;
    if (waits) setTimeout(draw, PRESSED);
    else render(html`<${Shown} at=${{}} />`, box);
  };
  const soon = () => {
    if (waits) return;
    waits = true;
    queueMicrotask(draw);
  };
  on(names, soon);
  draw();
}
