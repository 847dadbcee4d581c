/** One sentence at the bottom of the page; errors stay longer and are read out at once. */
import { el } from "./dom.js";

/** @type {HTMLElement | null} */
let shelf = null;
/** @type {Map<string, { node: HTMLElement, remove: () => void, at: number, timer: ReturnType<typeof setTimeout> }>} */
const shown = new Map();

/** A dialog covers everything else, and takes what is in it along when it closes. */
function lift() {
  const above = document.querySelector("dialog[open]") ?? document.body;
  if (shelf && shelf.parentNode !== above) above.append(shelf);
}
document.addEventListener("close", lift, true);

/**
 * What went wrong before is over once something has worked that was asked for at `since`, after it was said.
 * @param {number} since
 */
export function clearErrors(since) {
  for (const { node, remove, at } of shown.values())
    if (node.dataset.tone === "error" && at < since) remove();
}

/**
 * @param {string} sentence
 * @param {"plain" | "error" | "offline"} [tone]
 */
export function toast(sentence, tone = "plain") {
  shelf ??= el("div", { class: "studio toasts", role: "region", "aria-label": "Messages" });
  lift();
  clearTimeout(shown.get(sentence)?.timer);
  shown.get(sentence)?.node.remove();
  const close = el("button", { class: "quiet", "aria-label": "Close this message", type: "button" }, "✕");
  const node = el(
    "div",
    { class: "toast", data: { tone }, role: tone === "error" ? "alert" : "status" },
    el("span", {}, sentence),
    close,
  );
  const remove = () => {
    node.remove();
    shown.delete(sentence);
  };
  close.addEventListener("click", remove);
  shown.set(sentence, {
    node,
    remove,
    at: performance.now(),
    timer: setTimeout(remove, tone === "error" ? 12000 : 4000),
  });
  shelf.append(node);
}
