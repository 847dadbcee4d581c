/** The filter by a score: only pictures with a value between two bounds are shown. */
/** @import { Candidate } from "payloads" */
import { state } from "../../app/store.js";
import { decimal } from "../../kit/format.js";
import { html, withValue } from "../../kit/html.js";
import { Select } from "../../kit/segments.js";
import { signal } from "../../vendor/signals.min.js";
import { setRange, scoreValue } from "./desk.js";

const STEPS = 200; // positions of a slider
/** The score of the sliders while no range is set. */
const score = signal("margin");

/** The names and labels of what can be filtered by. */
const offered = () => [
  ["margin", "Difference (own prompt − reference’s)"],
  ...(state.project?.scores ?? []).map(({ name, label }) => [name, label]),
];

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

/** The range that is shown; empty while all is. */
export function rangeWords() {
  const { range } = state;
  const bounds = range && extent(state.candidates.values(), range.score);
  return range && bounds
    ? `${decimal(range.low ?? bounds[0], 3)} to ${decimal(range.high ?? bounds[1], 3)}`
    : "";
}

/** The score and its bounds. */
export function RangeFilter() {
  const { range } = state;
  const name = range?.score ?? score.value;
  const bounds = extent(state.candidates.values(), name);
  const [least, most] = bounds ?? [0, 0];
  const [from, to] = [range?.low ?? least, range?.high ?? most];
  const places = [placeOf(from, least, most) ?? 0, placeOf(to, least, most) ?? STEPS];
  /**
   * @param {0 | 1} which
   * @param {number} value
   */
  const move = (which, value) => {
    if (!bounds) return;
    const [low, high] = (which ? [places[0], value] : [value, places[1]])
      .toSorted((a, b) => a - b)
      .map((place) => boundAt(bounds, place));
    setRange(low === null && high === null ? null : { score: name, low, high });
  };
  const choose = (/** @type {string} */ chosen) => {
    score.value = chosen;
    setRange(null);
  };
  return html`<section class="desk-range" data-on=${range ? "" : null}>
    <label>Show images by<${Select}
      aria-label="Score" value=${name} choose=${choose} names=${offered()}
    /></label>
    <div class="range-sliders">${["Least", "Most"].map(
      (label, i) => html`<input
        type="range" min="0" max=${STEPS} value=${places[i]} aria-label="${label} value"
        onInput=${withValue((value) => move(i ? 1 : 0, Number(value)))}
      />`,
    )}</div>
    <div class="range-foot">
      <output class="range-words">
        ${bounds ? `${decimal(from, 3)} to ${decimal(to, 3)}` : "No image has this score"}
      </output>
      <button type="button" class="button small" disabled=${!range} onClick=${() => setRange(null)}>
        Show all
      </button>
    </div>
  </section>`;
}
