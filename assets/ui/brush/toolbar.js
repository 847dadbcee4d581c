/** Toolbar of a brush: tools, size, undo and redo. */
/** @import { Brush } from "./brush.js" */
import { el, makeButton, setAttribute } from "../kit/dom.js";

/**
 * Create the toolbar; call `update()` from the brush's `onChange`.
 * @param {Brush} brush
 */
export function brushBar(brush) {
  const tools = brush.tools.map((tool) =>
    makeButton(
      {
        class: "button small brush-tool",
        data: { tool: tool.look ?? "erase" },
        title: `${tool.title} (${tool.key.toUpperCase()})`,
      },
      () => brush.choose(tool.name),
      el("i", { class: "brush-sign", "aria-hidden": "true" }),
      tool.title,
    ),
  );
  const size = el("input", { type: "range", min: "0", max: "100", "aria-label": "Size of the brush" });
  size.addEventListener("input", () => {
    brush.size = Number(size.value) / 100;
  });
  /**
   * @param {string} glyph
   * @param {string} words
   * @param {() => void} act
   */
  const step = (glyph, words, act) =>
    makeButton({ class: "quiet", "aria-label": words, title: words }, act, glyph);
  const undo = step("↶", "Undo the last stroke (Ctrl+Z)", () => brush.undo());
  const redo = step("↷", "Redo the stroke (Ctrl+Y)", () => brush.redo());
  const clear = step("Clear", "Clear all paint", () => brush.clear());
  const update = () => {
    for (const [i, tool] of brush.tools.entries())
      setAttribute(tools[i], "aria-pressed", String(brush.tool === tool));
    const value = String(Math.round(100 * brush.size));
    if (size.value !== value) size.value = value;
    undo.disabled = !brush.done.length;
    redo.disabled = !brush.undone.length;
    clear.disabled = !brush.painted;
  };
  const node = el(
    "div",
    { class: "brush-bar", role: "toolbar", "aria-label": "Brush" },
    el("span", { class: "brush-tools", role: "group", "aria-label": "Tools" }, tools),
    el(
      "label",
      { class: "brush-size", title: "Size of the brush: wheel, or [ and ]" },
      el("span", {}, "Size"),
      size,
    ),
    el("span", { class: "brush-steps" }, undo, redo, clear),
  );
  update();
  return { node, update };
}
