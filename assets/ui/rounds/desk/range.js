/** The filter by a score: only pictures with a value between two bounds are shown. */
/** @import { Candidate } from "payloads" */
import { state, on } from "../../app/store.js";
import { el, repeats, setAttribute, setText } from "../../kit/dom.js";
import { place } from "../../kit/popovers.js";
import { setRange, scoreValue } from "./desk.js";

const STEPS = 200; // positions of a slider

/** The names and labels of what can be filtered by. */
function offered() {
  const scores = (state.project?.scores ?? []).map(({ name, label }) => ({ name, label }));
  return [{ name: "margin", label: "Difference (own prompt − reference’s)" }, ...scores];
}

/**
 * The least and the largest value of a score, or null if no candidate has it.
 * @param {Iterable<Candidate>} candidates
 * @param {string} name
 * @returns {[low: number, high: number] | null}
 */
export function extent(candidates, name) {
  const values = [...candidates].flatMap((candidate) => scoreValue(candidate, name) ?? []);
  return values.length ? [Math.min(...values), Math.max(...values)] : null;
}

/**
 * The bound at a slider's position. Its ends are open (null): they hide no picture, of whatever round.
 * @param {[low: number, high: number]} bounds
 * @param {number} place from 0 to STEPS
 */
export function boundAt([low, high], place) {
  return place <= 0 || place >= STEPS ? null : low + ((high - low) * place) / STEPS;
}

/**
 * The slider's position of a bound; null where all pictures have one value.
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
const placeOf = (value, low, high) =>
  high > low ? Math.round((STEPS * (value - low)) / (high - low)) : null;

/** @param {number} value */
const figure = (value) => value.toFixed(3).replace("-", "−");

/** A button that opens the filter, and shows what it does while it is on. */
export function rangeFilter() {
  const score = el("select", { "aria-label": "Score" });
  const [low, high] = ["Least", "Most"].map((label) =>
    el("input", { type: "range", min: "0", max: String(STEPS), "aria-label": `${label} value` }),
  );
  const words = el("output", { class: "range-words" });
  const clear = el("button", { type: "button", class: "button small" }, "Show all");
  const panel = el(
    "div",
    { class: "studio desk-panel", popover: "auto", "aria-label": "Filter by a score" },
    el("label", {}, "Show images by", score),
    el("div", { class: "range-sliders" }, low, high),
    el("div", { class: "range-foot" }, words, clear),
  );
  const label = el("span", {}, "Scores");
  const button = el(
    "button",
    { type: "button", class: "button small desk-range", title: "Filter by a score" },
    label,
  );
  button.popoverTargetElement = panel;
  panel.addEventListener("toggle", () => place(panel, button));

  const bounds = () => extent(state.candidates.values(), score.value);
  const change = () => {
    const found = bounds();
    if (!found) return;
    if (Number(low.value) > Number(high.value)) [low.value, high.value] = [high.value, low.value];
    const [from, to] = [Number(low.value), Number(high.value)];
    const range = { score: score.value, low: boundAt(found, from), high: boundAt(found, to) };
    setRange(range.low === null && range.high === null ? null : range);
  };
  for (const input of [low, high]) input.addEventListener("input", change);
  score.addEventListener("change", () => {
    [low.value, high.value] = ["0", String(STEPS)];
    setRange(null);
  });
  clear.addEventListener("click", () => {
    [low.value, high.value] = ["0", String(STEPS)];
    setRange(null);
  });
  const show = () => {
    const { range } = state;
    if (!repeats(score, offered()))
      score.replaceChildren(...offered().map(({ name, label: text }) => el("option", { value: name }, text)));
    if (range) score.value = range.score;
    const found = bounds();
    const [least, most] = found ?? [0, 0];
    const [from, to] = [range?.low ?? least, range?.high ?? most];
    low.value = String(placeOf(from, least, most) ?? 0);
    high.value = String(placeOf(to, least, most) ?? STEPS);
    setText(words, found ? `${figure(from)} to ${figure(to)}` : "No image has this score");
    setText(label, range ? `Scores: ${figure(from)} to ${figure(to)}` : "Scores");
    setAttribute(button, "aria-pressed", String(Boolean(range)));
    clear.disabled = !range;
  };
  on("filter project candidates cleared forget", show);
  show();
  return el("span", {}, button, panel);
}

/** Is a panel of the bar, a list of the strip or the menu of a view open? Then Esc closes it. */
export const panelOpen = () =>
  document.querySelector(":is(.desk-panel, .round-menu, .save-menu):popover-open") !== null;
