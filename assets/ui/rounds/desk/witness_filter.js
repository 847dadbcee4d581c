/** Which copies are shown: those that the prompts find, the pictures, or either. */
/** @import { Witness } from "../../app/store.js" */
import { isCopyBy, on, state } from "../../app/store.js";
import { el } from "../../kit/dom.js";
import { segments } from "../../kit/segments.js";
import { setWitness } from "./desk.js";

/** @type {[name: Witness, words: string, title: string][]} */
const WITNESSES = [
  ["either", "Either", "All copies"],
  ["prompts", "By prompt", "Nearer to the reference’s prompt than to their own"],
  ["pictures", "By picture", "Areas of the reference are found in them"],
];

/** The choice, with the number of pictures of each; there while the copies are shown. */
export function witnessFilter() {
  /** @type {[name: Witness, words: string][]} */
  const names = WITNESSES.map(([name, words]) => [name, words]);
  const choice = segments("What says that they are copies", names, setWitness);
  for (const [name, , title] of WITNESSES)
    choice.node.querySelector(`[data-choice=${name}]`)?.setAttribute("title", title);
  const node = el(
    "div",
    { class: "witness-filter", hidden: true },
    el("span", {}, "Copies found"),
    choice.node,
  );
  const show = () => {
    node.hidden = state.filter !== "copies";
    if (node.hidden) return;
    const candidates = [...state.candidates.values()];
    const words = WITNESSES.map(([name, label]) => [
      name,
      `${label} ${candidates.filter((one) => isCopyBy(one, name)).length}`,
    ]);
    choice.show(state.witness, Object.fromEntries(words));
  };
  on("filter candidates cleared forget", show);
  show();
  return node;
}
