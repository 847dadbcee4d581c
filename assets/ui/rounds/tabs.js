/** Tabs with the views of the candidates. */
/** @import { RoundsParts } from "../app/types/parts.d.ts" */
import { state, whenever } from "../app/store.js";
import { remember } from "../app/places.js";
import { hideWhile } from "../kit/dom.js";
import { html } from "../kit/html.js";
import { waiting } from "../training/now.js";
import { render } from "../vendor/preact.min.js";
import { batch, computed, effect } from "../vendor/signals.min.js";
import { ViewButtons } from "./views/head.js";
import { VIEWS } from "./views/views.js";

/** @typedef {{ name: string, label: string, panel: HTMLElement }} Made */

const FIRST = VIEWS[0][0];
const learning = computed(waiting);

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
    const isOpen = () => state.shownView === name;
    hideWhile(panel, () => !isOpen());
    return { name, label, panel, savable: mount(panel, { legend, isOpen }) };
  });
  whenever(
    () => state.view,
    (view) => {
      const known = made.some(({ name }) => name === view) ? view : FIRST;
      Object.assign(state, { view: known, shownView: known });
      remember();
    },
  );
  // the curves are shown instead of the empty map, until there are pictures
  whenever(
    () => learning.value,
    (now) => {
      if (now && state.shownView === FIRST) state.shownView = "curves";
      else if (!now && state.view === FIRST) state.shownView = FIRST;
    },
  );
  effect(() => {
    views.dataset.open = state.shownView;
  });
  render(html`<${Tabs} made=${made} />`, tabs);
  const Buttons = () => {
    const shown = made.find(({ name }) => name === state.shownView) ?? made[0];
    return html`<${ViewButtons} views=${views} shown=${shown} />`;
  };
  render(html`<${Buttons} />`, buttons);
}

/** A person wants a view. @param {string} name */
const open = (name) =>
  batch(() => {
    state.view = name;
    state.shownView = name;
  });

/** @param {{ made: Made[] }} props */
function Tabs({ made }) {
  /** @param {KeyboardEvent & { currentTarget: HTMLElement }} event */
  const turn = (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    const all = [...(event.currentTarget.parentElement?.querySelectorAll("button") ?? [])];
    const next =
      (all.indexOf(/** @type {HTMLButtonElement} */ (event.currentTarget)) + by + all.length) % all.length;
    all[next].focus();
    open(made[next].name);
  };
  return made.map(({ name, label, panel }) => {
    const isOpen = name === state.shownView;
    return html`<button
      type="button" key=${name} role="tab" data-view=${name} aria-controls=${panel.id}
      aria-selected=${String(isOpen)} tabIndex=${isOpen ? 0 : -1} onClick=${() => open(name)}
      onKeyDown=${turn}
    >${label}</button>`;
  });
}
