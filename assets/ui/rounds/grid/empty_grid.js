/** What the grid says when there is nothing to see: why, and what to do. */
import { state, drawing } from "../../app/store.js";
import { el, setText } from "../../kit/dom.js";

const NONE = {
  suggested: [
    "Nothing is suggested",
    "The sampler suggests anchors once all pictures are drawn and some, but not all, copy the reference.",
  ],
  accepted: ["Nothing accepted yet", "Click a picture, or press A, to accept it."],
  copies: ["No copies", "No picture of this round shows the reference instead of its anchor."],
  selection: ["Nothing selected", "Draw a lasso on the map, or Shift-click pictures."],
};

const STEPS = {
  wait: [
    "The model is learning your reference",
    "Its loss is drawn under Curves. The pictures come after it.",
  ],
  fine_tune: [
    "Teach the model your reference",
    "Fine-tune first; then Generate draws pictures for each anchor.",
  ],
  generate: [
    "The model has learned. What did it learn?",
    "Generate draws pictures for each anchor, and shows which ones copy the reference.",
  ],
};

export function emptyGrid(node, counts) {
  const words = counts.all
    ? counts[state.filter]
      ? null
      : NONE[state.filter]
    : drawing()
      ? null
      : STEPS[state.round?.step];
  node.hidden = !words;
  if (!words) return;
  if (!node.firstChild) node.append(el("h3"), el("p"));
  setText(node.firstChild, words[0]);
  setText(node.lastChild, words[1]);
}
