/** Components: templates of HTML, which Preact renders and keeps. Strings in them are text, never markup. */
import { h, options, useEffect, useLayoutEffect, useRef, useState } from "../vendor/preact.min.js";
import htm from "../vendor/htm.min.js";
import "../vendor/signals.min.js"; // renders what has read a signal
import { focusedIn } from "./dom.js";

export const html = htm.bind(h);

const PRESSED = 30; // ms until the next look whether a button is still pressed
const LONG = 500; // ms: nothing waits longer for one that is held

/** Nothing is rendered while a button is pressed: one that moves would lose its click. */
options.debounceRendering = (renderAll) => {
  const since = performance.now();
  const look = () => {
    const waits = performance.now() - since < LONG && document.querySelector("button:active, a:active");
    if (waits) setTimeout(look, PRESSED);
    else renderAll();
  };
  queueMicrotask(look);
};

/** A small button, unless it has another class. @param {Record<string, unknown>} props */
export const Button = ({ class: name = "button small", ...rest }) =>
  html`<button type="button" class=${name} ...${rest} />`;

/**
 * A button that shows a sign and is called by words.
 * @param {{ words: string, [property: string]: unknown }} props
 */
export const SignButton = ({ words, ...rest }) =>
  html`<${Button} class="quiet" title=${words} aria-label=${words} ...${rest} />`;

/** What a template of the document holds. @param {string} id */
export const contentOf = (id) => /** @type {HTMLTemplateElement} */ (document.getElementById(id)).content;

/**
 * A copy of what a template holds, in a box with these properties.
 * @param {{ template: string, [property: string]: unknown }} props
 */
export function Copied({ template, ...rest }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => {
    box.current?.replaceChildren(contentOf(template).cloneNode(true));
  }, []);
  return html`<div ref=${box} ...${rest} />`;
}

/** A field: its name, and below it what is labelled. @param {{ name: string, children?: unknown }} props */
export const Labelled = ({ name, children }) => html`<label class="field">
  <span class="field-name">${name}</span>${children}
</label>`;

/** A listener that is given the value of its field. @param {(value: string) => void} act */
export const withValue =
  (act) =>
  (/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) =>
    act(currentTarget.value);

/**
 * A listener that is given the form that is submitted; the page stays.
 * @param {(form: HTMLFormElement) => unknown} act
 */
export const submitting = (act) => (/** @type {Event & { currentTarget: HTMLFormElement }} */ event) => {
  event.preventDefault();
  act(event.currentTarget);
};

/** A listener to the keys of a field that Enter leaves, which saves it. */
export const leaveOnEnter = (
  /** @type {KeyboardEvent & { currentTarget: HTMLElement }} */ { key, currentTarget },
) => key === "Enter" && currentTarget.blur();

/**
 * Set a signal, unless it has an equal value: an answer that says the same renders nothing.
 * @template Value
 * @param {{ value: Value }} signal
 * @param {Value} value
 */
export function set(signal, value) {
  if (JSON.stringify(signal.value) !== JSON.stringify(value)) signal.value = value;
}

/**
 * The newest answer to what a component asks when it is shown, and again whenever one of `of` differs; null
 * before the first one. What comes after a further question is dropped, as is null.
 * @template Answer
 * @param {() => Promise<Answer | null> | null} ask null asks nothing
 * @param {unknown[]} of
 */
export function useAnswer(ask, of) {
  const [answer, know] = useState(/** @type {Answer | null} */ (null));
  useEffect(() => {
    let isLast = true;
    ask()?.then((found) => isLast && found !== null && know(() => found));
    return () => {
      isLast = false;
    };
  }, of);
  return answer;
}

/**
 * In the component of a list: what has the focus keeps it when rows move. If it is gone or disabled, a button
 * of its row gets the focus, or else one of the list.
 * @param {HTMLElement | null} box
 * @param {string} name of the attribute that tells the rows apart
 */
export function useKeptFocus(box, name) {
  const held = box && focusedIn(box);
  const row = held?.closest(`[${name}]`)?.getAttribute(name);
  useLayoutEffect(() => {
    if (!box || !held || (document.activeElement === held && !held.matches(":disabled"))) return;
    const others = [`[${name}="${row}"] button:enabled`, "button:enabled"];
    const other = others.map((one) => box.querySelector(one)).find((one) => one instanceof HTMLElement);
    (box.contains(held) && !held.matches(":disabled") ? held : other)?.focus();
  });
}
