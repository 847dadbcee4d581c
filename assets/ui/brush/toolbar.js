/** The toolbar of a brush: tools, size, undo and redo. */
/** @import { Brush } from "./brush.js" */
import { Button, html } from "../kit/html.js";

/** @param {{ brush: Brush }} props */
export function BrushBar({ brush }) {
  /**
   * @param {string} glyph
   * @param {string} words
   * @param {boolean} isOn
   * @param {() => void} act
   */
  const step = (glyph, words, isOn, act) => html`<${Button}
    class="quiet" aria-label=${words} title=${words} disabled=${!isOn} onClick=${act}
  >${glyph}<//>`;
  return html`<div class="brush-bar" role="toolbar" aria-label="Brush">
    <span class="brush-tools" role="group" aria-label="Tools">
      ${brush.tools.map(
        (tool) => html`<${Button}
          key=${tool.name} class="button small brush-tool" data-tool=${tool.look ?? "erase"}
          title="${tool.title} (${tool.key.toUpperCase()})" aria-pressed=${String(brush.tool.value === tool)}
          onClick=${() => (brush.tool.value = tool)}
        ><i class="brush-sign" aria-hidden="true" />${tool.title}<//>`,
      )}
    </span>
    <label class="brush-size" title="Size of the brush: wheel, or [ and ]">
      <span>Size</span>
      <input
        type="range" min="0" max="100" aria-label="Size of the brush" value=${Math.round(100 * brush.size)}
        onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) => {
          brush.size = currentTarget.valueAsNumber / 100;
        }}
      />
    </label>
    <span class="brush-steps">
      ${step("↶", "Undo the last stroke (Ctrl+Z)", brush.canUndo.value, () => brush.undo())}
      ${step("↷", "Redo the stroke (Ctrl+Y)", brush.canRedo.value, () => brush.redo())}
      ${step("Clear", "Clear all paint", brush.painted.value > 0, () => brush.clear())}
    </span>
  </div>`;
}
