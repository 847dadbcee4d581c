/** What a refinement changed: differences to the round before, with their confidence intervals. */
/** @import { Measurement } from "payloads" */
import { howComputed } from "../how/how.js";
import { el } from "../kit/dom.js";

/** @type {Record<Measurement["verdict"], string>} */
const VERDICTS = {
  better: "✓ better",
  worse: "✕ worse",
  more: "▲ more",
  less: "▼ less",
  unclear: "≈ no clear change",
};

/** Created once, so that it stays expanded when the figures are re-rendered. */
const how = howComputed("refinement");

/**
 * The measurements, who judged them, and why there are none.
 * @param {[Measurement[], string, string]} shown
 */
export function measuredRows([measured, judge, unmeasured]) {
  const head = el("h3", {}, "What it changed");
  if (!measured.length) return unmeasured ? [head, el("p", { class: "measured-judge" }, unmeasured)] : [];
  return [
    head,
    el("p", { class: "measured-judge" }, `Judged by ${judge}`),
    el(
      "ul",
      {},
      measured.map((figure) =>
        el(
          "li",
          { data: { verdict: figure.verdict } },
          el("span", { class: "measured-words" }, figure.words),
          interval(figure),
          el("span", { class: "measured-verdict" }, VERDICTS[figure.verdict]),
        ),
      ),
    ),
    how,
  ];
}

/**
 * The confidence interval of a difference, on a scale with zero marked.
 * @param {Measurement} figure
 */
function interval({ low, high, difference }) {
  const reach = 1.15 * Math.max(Math.abs(low), Math.abs(high), 1e-9);
  /** @param {number} value */
  const place = (value) => `${50 + (50 * value) / reach}%`;
  const range = el("i", { class: "range" });
  const dot = el("i", { class: "dot" });
  range.style.left = place(low);
  range.style.width = `${(50 * (high - low)) / reach}%`;
  dot.style.left = place(difference);
  return el("span", { class: "measured-interval", "aria-hidden": "true" }, range, dot);
}
