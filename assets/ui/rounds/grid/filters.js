/** Filter chips with counts. */
import { state, on, counts, setFilter } from "../../app/store.js";
import { el, setText, setAttribute } from "../../kit/dom.js";

const CHIPS = [
  ["suggested", "Suggested", "What the studio would accept"],
  ["accepted", "Accepted", "What you accepted"],
  ["copies", "Like the reference", "Pictures that look more like the reference’s prompt than their own"],
  ["selection", "Selection", "What the lasso or Shift-click selected"],
  ["all", "All", "All pictures of this round"],
];

export function mountFilters(parts) {
  const chips = new Map(
    CHIPS.map(([name, , title]) => [
      name,
      el("button", {
        type: "button",
        class: "chip",
        title,
        data: { filter: name },
        on: { click: () => setFilter(name) },
      }),
    ]),
  );
  parts.filters.append(...chips.values());
  const show = () => {
    const all = counts();
    for (const [name, label] of CHIPS) {
      setText(chips.get(name), `${label} ${all[name]}`);
      setAttribute(chips.get(name), "aria-pressed", String(state.filter === name));
    }
  };
  on("filter selection candidates cleared scores verdicts forget", show);
  show();
}
