/** Toast messages. Errors stay longer and are announced immediately to screen readers. */
import { el } from "./dom.js";

const ENLARGED = "[data-enlarged]";
const [SHORT, LONG] = [4000, 12000]; // ms
/** @type {HTMLElement | null} */
let container = null;
/** @typedef {ReturnType<typeof setTimeout>} Timer */
/** @typedef {{ node: HTMLElement, remove: () => void, at: number, timer: Timer }} Shown */
/** @type {Map<string, Shown>} by what they are about */
const shown = new Map();

/** Move the toasts into what is in the top layer, a dialog or an enlarged view, and out when it closes. */
function moveToTopLayer() {
  const above = document.querySelector("dialog[open]") ?? document.querySelector(ENLARGED) ?? document.body;
  if (container && container.parentNode !== above) above.append(container);
}
document.addEventListener("close", moveToTopLayer, true);
document.addEventListener("toggle", moveToTopLayer, true);

/** Remove errors shown before `since`, the start of a request that has succeeded. @param {number} since */
export function clearErrors(since) {
  for (const { node, remove, at } of shown.values())
    if (node.dataset.tone === "error" && at < since) remove();
}

/**
 * @param {string} sentence
 * @param {"plain" | "error" | "offline"} [tone]
 * @param {{ label: string, act: () => void }} [action] a button, such as Undo; the message stays longer
 * @param {string} [about] a later message about the same takes its place
 */
export function toast(sentence, tone = "plain", action, about = sentence) {
  container ??= el("div", { class: "studio toasts", role: "region", "aria-label": "Messages" });
  moveToTopLayer();
  const present = shown.get(about);
  clearTimeout(present?.timer);
  if (present && tone === "offline") {
    present.timer = setTimeout(present.remove, SHORT); // said at each try: it stays, and does not blink
    return;
  }
  present?.node.remove();
  const close = el("button", { class: "quiet", "aria-label": "Close this message", type: "button" }, "✕");
  const press = () => {
    remove();
    action?.act();
  };
  const node = el(
    "div",
    { class: "toast", data: { tone }, role: tone === "error" ? "alert" : "status" },
    el("span", {}, sentence),
    ...(action
      ? [el("button", { type: "button", class: "button small", onclick: press }, action.label)]
      : []),
    close,
  );
  const remove = () => {
    node.remove();
    shown.delete(about);
  };
  close.addEventListener("click", remove);
  shown.set(about, {
    node,
    remove,
    at: performance.now(),
    timer: setTimeout(remove, tone === "error" || action ? LONG : SHORT),
  });
  container.append(node);
}
