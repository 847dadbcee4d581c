/** Tabs with the views of the candidates. */
/** @import { RoundsParts } from "../app/types/parts.d.ts" */
import { emit, on, state } from "../app/store.js";
import { remember } from "../app/places.js";
import { waiting } from "../training/now.js";
import { el, setAttribute } from "../kit/dom.js";
import { makeViewButtons } from "./views/head.js";
import { VIEWS } from "./views/views.js";

const FIRST = VIEWS[0][0];

/** @param {RoundsParts} parts */
export function mountViews({ views, tabs, legend }) {
  const made = VIEWS.map(([name, label, mount]) => {
    const panel = el("div", {
      class: `view ${name}`,
      id: `view-${name}`,
      role: "tabpanel",
      "aria-label": label,
    });
    const tab = el(
      "button",
      { type: "button", role: "tab", data: { view: name }, "aria-controls": panel.id },
      label,
    );
    tabs.append(tab);
    views.append(panel);
    return { name, label, tab, panel, savable: mount(panel, { legend }) };
  });
  const shown = () => made.find(({ name }) => name === views.dataset.open) ?? made[0];
  tabs.after(makeViewButtons(views, shown));
  let byItself = false; // the curves are shown instead of the empty map, until there are pictures
  /** @param {string} chosen */
  const open = (chosen) => {
    for (const { name, tab, panel } of made) {
      setAttribute(tab, "aria-selected", String(name === chosen));
      tab.tabIndex = name === chosen ? 0 : -1;
      panel.hidden = name !== chosen;
    }
    views.dataset.open = chosen;
    state.view = byItself ? FIRST : chosen; // what the person chose
    emit("view", chosen);
    remember();
  };
  let before = false;
  on("job round candidates forget", () => {
    const now = waiting();
    if (now && !before && views.dataset.open === FIRST) {
      byItself = true;
      open("curves");
    } else if (!now && byItself) {
      byItself = false;
      open(FIRST);
    }
    before = now;
  });
  on("show-view", (name) => {
    byItself = false;
    open(VIEWS.some(([known]) => known === name) ? name : FIRST);
  });
  for (const [i, { name, tab }] of made.entries()) {
    tab.addEventListener("click", () => {
      byItself = false;
      open(name);
    });
    tab.addEventListener("keydown", (event) => {
      const turn = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
      if (!turn) return;
      event.preventDefault();
      event.stopPropagation();
      const next = made[(i + turn + made.length) % made.length];
      next.tab.focus();
      byItself = false;
      open(next.name);
    });
  }
  open(FIRST);
}
