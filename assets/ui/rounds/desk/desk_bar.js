/** The bar over the grid: order, score range, tile size, auto-advance, undo, redo and history. */
/** @import { RoundsParts } from "../../app/types/parts.d.ts" */
import { state, on } from "../../app/store.js";
import { el, makeButton, repeats, setAttribute } from "../../kit/dom.js";
import { desk, LARGEST, restoreDesk, setDesk, SMALLEST, sorts } from "./desk.js";
import { historyButtons } from "./history.js";
import { rangeFilter } from "./range.js";
import { detectorFilter } from "./detector_filter.js";
import { searchField } from "./search.js";

/** @param {RoundsParts} parts */
export function mountDesk(parts) {
  restoreDesk();
  const order = orderField();
  const size = sizeField(parts.grid);
  const advance = advanceButton();
  const search = searchField();
  parts.desk.append(
    el("span", { class: "desk-group" }, ...order.nodes, rangeFilter()),
    el("span", { class: "desk-group" }, size.node, advance.node),
    search.form,
    historyButtons(),
  );
  parts.desk.after(search.line);
  parts.desk.before(detectorFilter());
  const update = () => {
    parts.desk.hidden = !state.candidates.size;
    order.show();
    size.show();
    advance.show();
  };
  on("desk search project candidates cleared forget", update);
  update();
}

function orderField() {
  const select = el("select", {
    "aria-label": "Order of the images",
    title: "Order of the images",
    on: { change: () => setDesk({ sort: select.value }) },
  });
  const turn = makeButton({ class: "quiet desk-turn" }, () => setDesk({ reverse: !desk.reverse }));
  return {
    nodes: [el("label", { class: "desk-order" }, el("span", {}, "Sort"), select), turn],
    show: () => {
      const offered = sorts();
      if (!repeats(select, offered))
        select.replaceChildren(...offered.map(([value, label]) => el("option", { value }, label)));
      const known = offered.some(([value]) => value === desk.sort);
      select.value = known ? desk.sort : "priority";
      turn.hidden = ["priority", "search"].includes(select.value);
      turn.textContent = desk.reverse ? "↑" : "↓";
      const words = desk.reverse ? "Reversed: press for the usual order" : "Reverse the order";
      setAttribute(turn, "title", words);
      setAttribute(turn, "aria-label", words);
    },
  };
}

/** @param {HTMLElement} grid */
function sizeField(grid) {
  const input = el("input", {
    type: "range",
    min: String(SMALLEST),
    max: String(LARGEST),
    step: "4",
    "aria-label": "Size of the images",
    title: "Size of the images; double-click: as many as fit",
    on: {
      input: () => setDesk({ size: Number(input.value) }),
      dblclick: () => setDesk({ size: 0 }),
    },
  });
  return {
    node: el("label", { class: "desk-size" }, el("span", {}, "Size"), input),
    show: () => {
      const now = desk.size || (grid.querySelector(".tile:not([hidden])")?.clientWidth ?? SMALLEST);
      input.value = String(now);
    },
  };
}

function advanceButton() {
  const node = makeButton(
    { class: "button small desk-advance", title: "After A or R, go to the next image" },
    () => setDesk({ advance: !desk.advance }),
    "Auto-advance",
  );
  return { node, show: () => setAttribute(node, "aria-pressed", String(desk.advance)) };
}
