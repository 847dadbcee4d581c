/** Compare the enlarged picture with up to three others: side by side, with a slider, or flickering. */
/** @import { Candidate } from "payloads" */
/** @import { Source } from "./sources.js" */
import { someReferences, state } from "../../app/store.js";
import { picture } from "../../app/urls.js";
import { Button, html, useAnswer, withValue } from "../../kit/html.js";
import { Segments, Select } from "../../kit/segments.js";
import { useEffect } from "../../vendor/preact.min.js";
import { signal } from "../../vendor/signals.min.js";
import { Stage } from "../../viewer/viewer.js";
import { relativesOf, sourcesFor } from "./sources.js";
import { zoomed, ZoomFrame } from "./zoom.js";

const MOST = 3; // pictures beside the enlarged one
const PERIOD = 500; // ms for which one picture is shown while flickering
/** @typedef {"side" | "slider" | "flicker"} Mode */
/** @type {[Mode, string][]} */
const MODES = [
  ["side", "Side by side"],
  ["slider", "Slider"],
  ["flicker", "Flicker"],
];

const mode = signal(/** @type {Mode} */ ("side"));
/** Keys of the pictures to compare with; empty: not comparing. */
const slots = signal(/** @type {string[]} */ ([]));
const split = signal(50); // percent
/** While flickering: is the enlarged picture shown, and not the other one? */
const flips = signal({ isUnder: false, isStopped: false });

export const comparing = () => slots.value.length > 0;

/** Begin with the references, or with these candidates. */
export function startComparing(/** @type {string[]} */ candidates = []) {
  const references = someReferences(MOST).map(({ id }) => `reference ${id}`);
  slots.value = candidates.length ? candidates.slice(0, MOST).map((id) => `candidate ${id}`) : references;
  if (candidates.length > 1) mode.value = "side"; // the other ways show only two
}

export function stopComparing() {
  slots.value = [];
}

/** Flicker, or show the pictures side by side while flickering. */
export function flicker() {
  if (!comparing()) startComparing();
  mode.value = mode.value === "flicker" ? "side" : "flicker";
}

/** @param {{ isStopped?: boolean }} [how] */
function flip({ isStopped = false } = {}) {
  flips.value = { isUnder: !flips.value.isUnder, isStopped };
}

/**
 * The parts of a comparison: a bar, what lies over the enlarged picture, and the figures beside it, of which
 * `plates` are pictures.
 * @param {Candidate} candidate
 */
export function useComparison(candidate) {
  const isOn = comparing();
  const others =
    useAnswer(() => (isOn ? relativesOf(candidate) : null), [isOn, candidate, state.rounds]) ?? [];
  const offered = isOn ? sourcesFor(candidate, others) : [];
  const chosen = slots.value.flatMap((key, i) => {
    const source = offered.find((one) => one.key === key);
    return source ? [{ source, i, offered }] : [];
  });
  const [first] = chosen;
  const bar = isOn ? html`<${CompareBar} offered=${offered} count=${chosen.length} />` : null;
  if (mode.value === "side" || !first)
    return {
      bar,
      over: null,
      plates: chosen.length,
      beside: chosen.map((one) => html`<${Plate} key=${one.i} ...${one} />`),
    };
  const over = html`<${Over} key="over" src=${picture(candidate.id)} other=${first.source} />`;
  return { bar, over, plates: 0, beside: html`<${Choice} ...${first} />` };
}

/** @param {{ offered: Source[], count: number }} props */
function CompareBar({ offered, count }) {
  const held = slots.value.filter((key) => offered.some((one) => one.key === key));
  const free = offered.find(({ key }) => !slots.value.includes(key));
  const add = () => {
    if (free) slots.value = [...held, free.key];
  };
  return html`<div class="compare-bar">
    <${Segments}
      label="How to compare" names=${MODES} chosen=${mode.value}
      choose=${(/** @type {Mode} */ name) => (mode.value = name)}
    />
    <${Button}
      title="Another image beside these, up to four" hidden=${mode.value !== "side"}
      disabled=${count >= MOST || !free} onClick=${add}
    >+ Add<//>
  </div>`;
}

/** @typedef {{ source: Source, i: number, offered: Source[] }} Slot */

/** Another picture beside the enlarged one. @param {Slot} props */
const Plate = ({ source, i, offered }) => html`<figure data-slot=${i}>
  <${ZoomFrame}><img key=${source.src} src=${source.src} alt=${source.prompt} draggable=${false} /><//>
  <figcaption>
    <${Chooser} ...${{ source, i, offered }} />
    <${Button}
      class="quiet" title="Remove" aria-label="Remove ${source.label}"
      onClick=${() => (slots.value = slots.value.filter((_, place) => place !== i))}
    >✕<//>
  </figcaption>
</figure>`;

/** @param {Slot} props */
const Chooser = ({ source, i, offered }) => html`<${Select}
  class="compare-source" aria-label="Compare with" value=${source.key}
  choose=${(/** @type {string} */ key) => (slots.value = slots.value.with(i, key))}
  names=${offered.map(({ key, label }) => [key, label])}
/>`;

/**
 * The two pictures over each other.
 * @param {{ src: string, other: Source }} props
 */
function Over({ src, other }) {
  const isSlider = mode.value === "slider";
  useEffect(() => {
    flips.value = { isUnder: false, isStopped: false };
    if (isSlider || matchMedia("(prefers-reduced-motion: reduce)").matches) return undefined;
    const timer = setInterval(() => flips.value.isStopped || flip(), PERIOD);
    return () => clearInterval(timer);
  }, [isSlider, src, other.src]);
  return html`<div class="compare-over" data-mode=${mode.value}>
    <${Stage}
      title="" before=${{ name: "Enlarged", src, words: "" }}
      after=${{ name: other.label, src: other.src, words: other.prompt }} mode=${isSlider ? "cut" : "flip"}
      split=${split.value} cut=${(/** @type {number} */ percent) => (split.value = percent)}
      isUnder=${flips.value.isUnder} flip=${() => flip({ isStopped: true })} anywhere=${() => !zoomed()}
    />
  </div>`;
}

/**
 * Below two pictures over each other: how much of which is shown, and what the other one is.
 * @param {Slot} props
 */
const Choice = (props) => html`<figure class="compare-choice">
  ${
    mode.value === "slider"
      ? html`<input
          type="range" class="compare-slider" min="0" max="100" value=${split.value}
          aria-label="How much of the other image is shown"
          onInput=${withValue((value) => (split.value = Number(value)))}
        />`
      : html`<${Button} title="F" onClick=${() => flip({ isStopped: true })}>Show the other image<//>`
  }
  <${Chooser} ...${props} />
</figure>`;
