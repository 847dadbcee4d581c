/** The bar over the grid while pictures are selected: what can be done with them, and how to clear it. */
import { setSelection, state, tagCounts, whenever } from "../../app/store.js";
import { el } from "../../kit/dom.js";
import { count } from "../../kit/format.js";
import { Button, html, submitting } from "../../kit/html.js";
import { render } from "../../vendor/preact.min.js";
import { compare } from "../lightbox/lightbox.js";
import { decideFocused } from "./grid.js";
import { toggleFocused } from "./mark_copies.js";
import { tagSelected } from "./tags.js";

/** @type {[label: string, key: string, act: () => unknown][]} */
const ACTS = [
  ["Accept", "A", () => decideFocused("accepted")],
  ["Reject", "R", () => decideFocused("rejected")],
  ["Copies or not", "L", () => toggleFocused({ alone: false })],
  ["Compare", "C", () => compare(null)],
  ["Clear", "Esc", () => setSelection([])],
];

/**
 * Makes the bar; it is hidden while nothing is selected.
 * @param {HTMLElement} grid
 */
export function selectionBar(grid) {
  const named = { role: "group", "aria-label": "The selected images" };
  const node = el("div", { class: "selection-bar", hidden: true, ...named });
  whenever(
    () => state.selection.size,
    (size) => {
      if (!size && node.contains(document.activeElement)) grid.focus({ preventScroll: true });
      node.hidden = !size;
    },
  );
  render(html`<${Bar} />`, node);
  return node;
}

function Bar() {
  const { size } = state.selection;
  return html`<b role="status">${size ? `${count(size, "image")} selected` : ""}</b>
    ${ACTS.slice(0, -1).map(button)}
    <${TagField} />
    ${ACTS.slice(-1).map(button)}`;
}

/** @param {typeof ACTS[number]} act */
const button = ([label, key, act]) =>
  html`<${Button} key=${key} onClick=${act}>${label}<kbd>${key}</kbd><//>`;

/** Gives the selected images a tag, or takes it off where all of them have it. */
function TagField() {
  const submit = submitting((form) => {
    const input = form.querySelector("input");
    if (input?.value.trim()) tagSelected(input.value);
    form.reset();
  });
  return html`<form class="tag-form" onSubmit=${submit}>
    <input
      class="tag-field" type="text" maxlength="40" list="known-tags" placeholder="Tag…" aria-label="Tag"
      title="Tag these images with a word, to find them again (T). The same word removes the tag."
    />
    <datalist id="known-tags">
      ${[...tagCounts().keys()].map((tag) => html`<option key=${tag} value=${tag} />`)}
    </datalist>
  </form>`;
}
