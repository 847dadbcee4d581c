/** Images at several LoRA strengths side by side, a row for each prompt, seed or step. */
/** @import { Trial } from "payloads" */
import { address } from "../../app/urls.js";
import { html } from "../../kit/html.js";
import { openViewer } from "../../viewer/viewer.js";
import { face, judgedWords, measures } from "./face.js";

/**
 * `facts` stand below the title. `acts` are the buttons below an image, `head` what stands below the name of
 * a row, and `beside` what stands beside the title. `what` is what the rows are, in the large view.
 * @typedef {import("./grids.js").Grid & { facts?: string, acts?: (trial: Trial) => unknown,
 *   head?: (row: number) => unknown, beside?: unknown, what?: string }} Props
 */

/** @param {Props} props */
export function GridTable({ title, facts, strengths, rows, acts, head, beside, what = "Row" }) {
  /**
   * @param {Trial | undefined} trial
   * @param {number} row
   * @param {number} column
   */
  const cell = (trial, row, column) =>
    trial &&
    html`<div data-trial=${trial.id}>
      ${face(trial, () => openGrid({ title, strengths, rows, what }, row, column))}
      ${measures(trial)}
      ${acts ? html`<div class="trial-acts">${acts(trial)}</div>` : null}
    </div>`;
  return html`<div class="trial-grid-scroll" role="listitem"><table class="trial-grid">
    <caption><span class="trial-grid-title">
      <span dir="auto">${title}${facts ? html`<small>${facts}</small>` : null}</span>${beside}
    </span></caption>
    <thead><tr>
      <th scope="col">LoRA strength</th>
      ${strengths.map((one) => html`<th key=${one} scope="col">${one}</th>`)}
    </tr></thead>
    <tbody>${rows.map(
      ({ name, cells }, row) => html`<tr key=${name}>
        <th scope="row" dir="auto">${name}${head?.(row)}</th>
        ${cells.map((trial, column) => html`<td key=${strengths[column]}>${cell(trial, row, column)}</td>`)}
      </tr>`,
    )}</tbody>
  </table></div>`;
}

/**
 * Show a grid large: arrows to the sides change the strength, those up and down the row.
 * @param {{ title: string, strengths: string[], rows: import("./grids.js").Grid["rows"], what: string }} grid
 * @param {number} row
 * @param {number} column
 */
function openGrid({ title, strengths, rows, what }, row, column) {
  const looks = rows.map(({ name, cells }) => ({
    title: `${name} · ${title}`,
    at: column,
    frames: cells.map((trial, i) => ({
      name: `Strength ${strengths[i]}`,
      src: trial?.version && !trial.trouble ? address("trial", trial) : null,
      words: trial ? judgedWords(trial) : "",
    })),
  }));
  openViewer({ looks, at: row, what });
}
