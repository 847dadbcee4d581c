/** The toolbar of a brush: tools, size, undo and redo. */
/** @import { Brush } from "./brush.js" */
import { Button, html, SignButton, withValue } from "../kit/html.js";

/** @param {{ brush: Brush }} props */
export function BrushBar({ brush }) {
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
        onInput=${withValue((percent) => (brush.size = Number(percent) / 100))}
      />
    </label>
    <span class="brush-steps">
      <${SignButton}
        words="Undo the last stroke (Ctrl+Z)" disabled=${!brush.canUndo.value} onClick=${() => brush.undo()}
      >↶<//>
      <${SignButton}
        words="Redo the stroke (Ctrl+Y)" disabled=${!brush.canRedo.value} onClick=${() => brush.redo()}
      >↷<//>
      <${SignButton}
        words="Clear all paint" disabled=${!brush.painted.value} onClick=${() => brush.clear()}
      >Clear<//>
    </span>
  </div>`;
}
