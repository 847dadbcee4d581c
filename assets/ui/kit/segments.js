/** A segmented control. */
import { el, makeButton, setAttribute, setText } from "./dom.js";

/**
 * A row of toggle buttons, one of which is pressed.
 * @template {string} Name
 * @param {string} label
 * @param {[name: Name, words: string][]} names
 * @param {(name: Name) => void} choose
 */
export function segments(label, names, choose) {
  const buttons = new Map(
    names.map(([name, words]) => [
      name,
      makeButton({ class: null, data: { choice: name } }, () => choose(name), words),
    ]),
  );
  const node = el("div", { class: "segments", role: "group", "aria-label": label }, ...buttons.values());
  return {
    node,
    /**
     * @param {Name | undefined} chosen
     * @param {Partial<Record<Name, string>>} [words] new labels for some of them
     */
    show: (chosen, words = {}) => {
      for (const [name, button] of buttons) {
        setAttribute(button, "aria-pressed", String(name === chosen));
        const renamed = words[name];
        if (renamed) setText(button, renamed);
      }
    },
  };
}
