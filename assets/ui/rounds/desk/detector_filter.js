/** Which copies are shown: those that the prompts find, the pictures, or either. */
/** @import { Detector } from "../../app/store.js" */
import { isCopyBy, on, state } from "../../app/store.js";
import { el } from "../../kit/dom.js";
import { segments } from "../../kit/segments.js";
import { setDetector } from "./desk.js";

/** @type {[name: Detector, words: string, title: string][]} */
const DETECTORS = [
  ["either", "Either", "All copies"],
  ["prompts", "By prompt", "Nearer to the reference’s prompt than to their own"],
  ["pictures", "By image", "Areas of the reference are found in them"],
];

/** The choice, with the number of pictures of each; there while the copies are shown. */
export function detectorFilter() {
  /** @type {[name: Detector, words: string][]} */
  const names = DETECTORS.map(([name, words]) => [name, words]);
  const choice = segments("Which check found them", names, setDetector);
  for (const [name, , title] of DETECTORS)
    choice.node.querySelector(`[data-choice=${name}]`)?.setAttribute("title", title);
  const node = el(
    "div",
    { class: "detector-filter", hidden: true },
    el("span", {}, "Copies found"),
    choice.node,
  );
  const show = () => {
    node.hidden = state.filter !== "copies";
    if (node.hidden) return;
    const candidates = [...state.candidates.values()];
    const words = DETECTORS.map(([name, label]) => [
      name,
      `${label} ${candidates.filter((one) => isCopyBy(one, name)).length}`,
    ]);
    choice.show(state.detector, Object.fromEntries(words));
  };
  on("filter candidates cleared forget", show);
  show();
  return node;
}
