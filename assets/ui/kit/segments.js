/** A choice of a few things beside each other. */
import { el, setAttribute, setText } from "./dom.js";

/** A row of choices of which one is pressed. */
export function segments(label, names, choose) {
  const buttons = new Map(
    names.map(([name, words]) => [
      name,
      el("button", { type: "button", data: { choice: name }, on: { click: () => choose(name) } }, words),
    ]),
  );
  const node = el("div", { class: "segments", role: "group", "aria-label": label }, ...buttons.values());
  return {
    node,
    show: (chosen, words = {}) => {
      for (const [name, button] of buttons) {
        setAttribute(button, "aria-pressed", String(name === chosen));
        if (words[name]) setText(button, words[name]);
      }
    },
  };
}
