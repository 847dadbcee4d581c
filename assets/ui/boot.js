/** Started once by each panel that Gradio renders; the last one to arrive starts the page. */
import { connect, start } from "./app/session.js";
import { goOn } from "./app/writes.js";
import { applyTheme } from "./kit/theme.js";
import { mountTop } from "./top/top_bar.js";
import { mountRounds } from "./rounds/rounds.js";
import { mountReference } from "./reference/reference.js";
import { mountResults } from "./results/results.js";
import { state, on } from "./app/store.js";

const panels = { top: mountTop, reference: mountReference, rounds: mountRounds, results: mountResults };
const waiting = new Set(Object.keys(panels));

/** Collect the elements that a template names with `data-part`. */
function parts(element) {
  return Object.fromEntries(
    [...element.querySelectorAll("[data-part]")].map((node) => [node.dataset.part, node]),
  );
}

export function mount(name, { element, server, upload }) {
  connect(name, server);
  panels[name](parts(element), element, { upload });
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
