/** What a refinement changed: differences to the round before, with their confidence intervals. */
/** @import { Measurement, Refinement } from "payloads" */
import { How } from "../../how/how.js";
import { figures } from "../../kit/figures.js";
import { html } from "../../kit/html.js";

/** @type {Record<Measurement["verdict"], string>} */
const VERDICTS = {
  better: "✓ better",
  worse: "✕ worse",
  more: "▲ more",
  less: "▼ less",
  unclear: "≈ no clear change",
};

/** The measurements, who judged them, or why there are none. @param {{ now: Refinement }} props */
export function Measured({ now: { measurements, measured_by: judge, unmeasured } }) {
  if (!measurements.length && !unmeasured) return null;
  return html`<section class="refine-measured" aria-label="What it changed">
    <h3>What it changed</h3>
    <p class="measured-judge">${measurements.length ? `Judged by ${judge}` : unmeasured}</p>
    ${
      measurements.length
        ? html`<ul>
              ${measurements.map(
                (figure) => html`<li key=${figure.words} data-verdict=${figure.verdict}>
                  <span class="measured-words">${figures.value ? figure.words : figure.name}</span>
                  ${interval(figure)}
                  <span class="measured-verdict">${VERDICTS[figure.verdict]}</span>
                </li>`,
              )}
            </ul>
            <${How} chapter="refinement" />`
        : null
    }
  </section>`;
}

/** The confidence interval of a difference, on a scale with zero marked. @param {Measurement} figure */
function interval({ low, high, difference }) {
  const reach = 1.15 * Math.max(Math.abs(low), Math.abs(high), 1e-9);
  /** @param {number} value */
  const place = (value) => `left: ${50 + (50 * value) / reach}%`;
  return html`<span class="measured-interval" aria-hidden="true">
    <i class="range" style="${place(low)}; width: ${(50 * (high - low)) / reach}%" />
    <i class="dot" style=${place(difference)} />
  </span>`;
}
