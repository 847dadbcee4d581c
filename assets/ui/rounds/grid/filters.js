/** Filter chips with counts. */
/** @import { Filter } from "../../app/store.js" */
/** @import { RoundsParts } from "../../app/types/parts.d.ts" */
import { state, on, counts, loading, setFilter } from "../../app/store.js";
import { makeButton, setAttribute, setText } from "../../kit/dom.js";
import { roving } from "../../kit/roving.js";

/** @type {[name: Filter, label: string, title: string][]} */
const CHIPS = [
  ["suggested", "Suggested", "What the studio suggests to accept"],
  ["accepted", "Accepted", "What you accepted"],
  ["rejected", "Rejected", "What you rejected"],
  ["undecided", "Neither", "Neither accepted nor rejected, copies included; you need not go through them"],
  ["copies", "Copies", "Images of the reference instead of the prompt; L on an image corrects it"],
  ["selection", "Selection", "What the lasso or Shift-click selected"],
  ["all", "All", "All images of this round"],
];

/** @param {RoundsParts} parts */
export function mountFilters(parts) {
  const chips = CHIPS.map(([name, label, title]) => ({
    name,
    label,
    chip: makeButton({ class: "chip", title, data: { filter: name } }, () => setFilter(name)),
  }));
  parts.filters.append(...chips.map(({ chip }) => chip));
  roving(parts.filters);
  const show = () => {
    const all = counts();
    for (const { name, label, chip } of chips) {
      setText(chip, loading() ? label : `${label} ${all[name]}`);
      setAttribute(chip, "aria-pressed", String(state.filter === name));
      chip.hidden = name === "selection" && !all.selection && state.filter !== name;
    }
  };
  on("step filter selection round candidates cleared scores verdicts forget", show);
  show();
}
