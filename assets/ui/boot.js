/** Started once by each panel that Gradio renders; the last one to arrive starts the page. */
import { connect, start } from "./app/session.js";
import { goOn } from "./app/writes.js";
import { applyTheme } from "./kit/theme.js";
import { mountTop } from "./top/top_bar.js";
import { mountRounds } from "./rounds/rounds.js";
import { mountReference } from "./reference/reference.js";
import { mountResults } from "./results/results.js";
import { state, on } from "./app/store.js";

/** @import { Parts, Server, Upload } from "./app/parts.d.ts" */

/** @type {{ [Name in keyof Parts]: (parts: Parts[Name], element: HTMLElement, gradio: { upload: Upload }) => void }} */
const panels = { top: mountTop, reference: mountReference, rounds: mountRounds, results: mountResults };
const waiting = new Set(Object.keys(panels));

/**
 * Collect the elements that a template names with `data-part`. The template is what it is: its types are a promise,
 * which tests/web/app/parts.test.js holds it to.
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
 * @param {{ element: HTMLElement, server: Server, upload: Upload }} gradio
 */
export function mount(name, { element, server, upload }) {
  connect(name, server);
  panels[name](parts(name, element), element, { upload });
  waiting.delete(name);
  if (!waiting.size && !document.documentElement.dataset.studio) begin();
}

function begin() {
  applyTheme();
  on("step", () => {
    document.documentElement.dataset.step = state.step;
  });
  document.documentElement.dataset.studio = "starting";
  goOn();
  start().finally(() => {
    document.documentElement.dataset.studio = "ready";
  });
}
