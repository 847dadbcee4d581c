/** Tabs with the views of the candidates. */
/** @import { RoundsParts } from "../app/types/parts.d.ts" */
import { emit, on, state } from "../app/store.js";
import { remember } from "../app/places.js";
import { renderOn } from "../app/watch.js";
import { html } from "../kit/html.js";
import { waiting } from "../training/now.js";
import { ViewButtons } from "./views/head.js";
import { VIEWS } from "./views/views.js";

const FIRST = VIEWS[0][0];

/** @param {RoundsParts} parts */
export function mountViews({ views, tabs, legend, "view-buttons": buttons }) {
  const made = VIEWS.map(([name, label, mount]) => {
    const panel = views.appendChild(document.createElement("div"));
    Object.assign(panel, {
      className: `view ${name}`,
      id: `view-${name}`,
      role: "tabpanel",
      ariaLabel: label,
    });
    return { name, label, panel, savable: mount(panel, { legend }) };
  });
  let byItself = false; // the curves are shown instead of the empty map, until there are pictures
  let before = false;
  /** @param {string} chosen */
  const open = (chosen, { itself = false } = {}) => {
    byItself = itself;
    for (const { name, panel } of made) panel.hidden = name !== chosen;
    views.dataset.open = chosen;
    state.view = itself ? FIRST : chosen; // what the person chose
    emit("view", chosen);
    remember();
  };
  /** @param {KeyboardEvent & { currentTarget: HTMLElement }} event */
  const turn = (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    const all = [...tabs.querySelectorAll("button")];
    const next =
      (all.indexOf(/** @type {HTMLButtonElement} */ (event.currentTarget)) + by + all.length) % all.length;
    all[next].focus();
    open(made[next].name);
  };
  on("job round candidates forget", () => {
    const now = waiting();
    if (now && !before && views.dataset.open === FIRST) open("curves", { itself: true });
    else if (!now && byItself) open(FIRST);
    before = now;
  });
  on("show-view", (name) => open(VIEWS.some(([known]) => known === name) ? name : FIRST));
  open(FIRST);
  renderOn("view", tabs, () =>
    made.map(({ name, label, panel }) => {
      const isOpen = name === views.dataset.open;
      return html`<button
        type="button" key=${name} role="tab" data-view=${name} aria-controls=${panel.id}
        aria-selected=${String(isOpen)} tabIndex=${isOpen ? 0 : -1} onClick=${() => open(name)}
        onKeyDown=${turn}
      >${label}</button>`;
    }),
  );
  renderOn("view", buttons, () => {
    const shown = made.find(({ name }) => name === views.dataset.open) ?? made[0];
    return html`<${ViewButtons} views=${views} shown=${shown} />`;
  });
}
