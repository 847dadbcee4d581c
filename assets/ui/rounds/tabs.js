/** Map, Anchors and Curves: three views of the same candidates, one at a time. */
import { emit } from "../app/store.js";
import { setAttribute } from "../kit/dom.js";

export function mountViews(element) {
  const tabs = [...element.querySelectorAll("[data-view]")];
  const open = (name) => {
    for (const tab of tabs) {
      const chosen = tab.dataset.view === name;
      setAttribute(tab, "aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      element.querySelector(`#view-${tab.dataset.view}`).hidden = !chosen;
    }
    element.querySelector(".views").dataset.open = name;
    emit("view", name);
  };
  for (const [i, tab] of tabs.entries()) {
    tab.addEventListener("click", () => open(tab.dataset.view));
    tab.addEventListener("keydown", (event) => {
      const turn = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!turn) return;
      event.preventDefault();
      event.stopPropagation();
      const next = tabs[(i + turn + tabs.length) % tabs.length];
      next.focus();
      open(next.dataset.view);
    });
  }
  open("map");
}
