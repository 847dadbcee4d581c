/** Mounts each panel that Gradio renders, and starts the page when the last one is mounted. */
import { connect, start } from "./app/session.js";
import { watchPictures } from "./app/lost_pictures.js";
import { resumePending } from "./app/writes.js";
import { registerDialogs } from "./dialogs.js";
import { applyTheme } from "./kit/theme.js";
import { surviveTranslation } from "./kit/translated.js";
import { mountTop } from "./top/top_bar.js";
import { mountRounds } from "./rounds/rounds.js";
import { mountReference } from "./reference/reference.js";
import { mountResults } from "./results/results.js";
import "./features.js";
import { addPlugIns } from "./rounds/views/views.js";
import { state, whenever } from "./app/store.js";

/** @import { Parts, Server } from "./app/types/parts.d.ts" */

/**
 * @template {keyof Parts} Name
 * @typedef {(parts: Parts[Name], element: HTMLElement) => void} Mount
 */
/** @type {{ [Name in keyof Parts]: Mount<Name> }} */
const panels = { top: mountTop, reference: mountReference, rounds: mountRounds, results: mountResults };
const unmounted = new Set(Object.keys(panels));
const plugged = addPlugIns();

/**
 * The elements of a template that have `data-part`, by that name. The types are not checked here, but in
 * tests/web/app/parts.test.js.
 * @template {keyof Parts} Name
 * @param {Name} _name
 * @param {HTMLElement} element
 * @returns {Parts[Name]}
 */
function parts(_name, element) {
  /** @type {NodeListOf<HTMLElement>} */
  const found = element.querySelectorAll("[data-part]");
  return /** @type {Parts[Name]} */ (Object.fromEntries([...found].map((node) => [node.dataset.part, node])));
}

/**
 * @template {keyof Parts} Name
 * @param {Name} name
 * @param {{ element: HTMLElement, server: Server }} gradio
 */
export async function mount(name, { element, server }) {
  connect(name, server);
  await plugged;
  panels[name](parts(name, element), element);
  unmounted.delete(name);
  if (!unmounted.size && !document.documentElement.dataset.studio) begin();
}

function begin() {
  applyTheme();
  whenever(
    () => state.step,
    (step) => {
      document.documentElement.dataset.step = step;
    },
  );
  document.documentElement.dataset.studio = "starting";
  surviveTranslation();
  watchPictures();
  resumePending();
  registerDialogs();
  start().finally(() => {
    document.documentElement.dataset.studio = "ready";
  });
}
