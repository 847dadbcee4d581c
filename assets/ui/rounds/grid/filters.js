/** Which images are shown, with counts. */
/** @import { Filter, Group } from "../../app/store.js" */
/** @import { RoundsParts } from "../../app/types/parts.d.ts" */
import { state, counts, isJudged, loading, setFilter, TAG, tagCounts } from "../../app/store.js";
import { html } from "../../kit/html.js";
import { MenuItem, PopoverButton } from "../../kit/popovers.js";
import { render } from "../../vendor/preact.min.js";

/** @type {[name: Group, label: string, title: string][]} */
const CHIPS = [
  ["suggested", "Suggested", "What the studio suggests"],
  ["accepted", "Accepted", "What you accepted"],
  ["rejected", "Rejected", "What you rejected"],
  ["undecided", "Not reviewed", "Neither accepted nor rejected, copies included"],
  ["copies", "Copies", "Images of the reference instead of the prompt; L on an image corrects it"],
  ["selection", "Selection", "What the lasso or Shift-click selected"],
  ["all", "All", "All images of this round"],
];

/** What nobody knows without reference images. */
const NEED_REFERENCES = new Set(["suggested", "copies"]);

/** @param {RoundsParts} parts */
export function mountFilters(parts) {
  render(html`<${Chooser} />`, parts.filters);
}

/** A button that says which images are shown, with the others that can be. */
function Chooser() {
  const all = counts();
  const isIdle = (/** @type {Filter} */ name) =>
    (name === "selection" && !all.selection) || (NEED_REFERENCES.has(name) && !isJudged());
  const hidden = (/** @type {Filter} */ name) => isIdle(name) && state.filter !== name;
  const tags = [...tagCounts()].map(
    ([tag, n]) => /** @type {Choice} */ ([`${TAG}${tag}`, `#${tag}`, `What you tagged ${tag}`, n]),
  );
  const choices = [
    ...CHIPS.filter(([name]) => !hidden(name)).map(
      ([name, label, title]) => /** @type {Choice} */ ([name, label, title, all[name]]),
    ),
    ...tags,
  ];
  const [, label, , n] = choices.find(([name]) => name === state.filter) ?? choices[0];
  const isUnknown = loading() || !all.all;
  return html`<${PopoverButton}
    class="chip filter-button" label=${isUnknown ? label : `${label} ${n}`} title="Which images are shown"
    aria-pressed=${String(state.filter !== "all")} aria-haspopup="true" panelClass="save-menu filter-menu"
    panelLabel="Filter the images"
  >${() =>
    choices.map(
      ([name, words, title, number]) => html`<${MenuItem}
        key=${name} title=${title} data-filter=${name} aria-pressed=${String(state.filter === name)}
        act=${() => setFilter(name)}
      >${words}<span>${isUnknown ? "" : number}</span><//>`,
    )}<//>`;
}

/** @typedef {[name: Filter, label: string, title: string, images: number]} Choice */
