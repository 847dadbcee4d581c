/** Compare the enlarged picture with up to three others, side by side. */
/** @import { Candidate } from "payloads" */
/** @import { Source } from "./sources.js" */
import { someReferences, state } from "../../app/store.js";
import { Button, html, useAnswer } from "../../kit/html.js";
import { Select } from "../../kit/segments.js";
import { signal } from "../../vendor/signals.min.js";
import { relativesOf, sourcesFor } from "./sources.js";
import { ZoomFrame } from "./zoom.js";

const MOST = 3; // pictures beside the enlarged one
/** Keys of the pictures to compare with; empty: not comparing. */
const slots = signal(/** @type {string[]} */ ([]));

export const comparing = () => slots.value.length > 0;

/** Begin with the references, or with these candidates. */
export function startComparing(/** @type {string[]} */ candidates = []) {
  const references = someReferences(MOST).map(({ id }) => `reference ${id}`);
  slots.value = candidates.length ? candidates.slice(0, MOST).map((id) => `candidate ${id}`) : references;
}

export function stopComparing() {
  slots.value = [];
}

/**
 * The parts of a comparison: a bar, and the pictures beside the enlarged one.
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
  const bar = isOn ? html`<${CompareBar} offered=${offered} count=${chosen.length} />` : null;
  return { bar, beside: chosen.map((one) => html`<${Plate} key=${one.i} ...${one} />`) };
}

/** @param {{ offered: Source[], count: number }} props */
function CompareBar({ offered, count }) {
  const held = slots.value.filter((key) => offered.some((one) => one.key === key));
  const free = offered.find(({ key }) => !slots.value.includes(key));
  const add = () => {
    if (free) slots.value = [...held, free.key];
  };
  return html`<div class="compare-bar">
    <${Button}
      title="Add an image beside these, up to four" disabled=${count >= MOST || !free} onClick=${add}
    >+ Add<//>
  </div>`;
}

/** @typedef {{ source: Source, i: number, offered: Source[] }} Slot */

/** Another picture beside the enlarged one. @param {Slot} props */
const Plate = ({ source, i, offered }) => html`<figure data-slot=${i}>
  <${ZoomFrame}><img key=${source.src} src=${source.src} alt=${source.prompt} draggable=${false} /><//>
  <figcaption>
    <${Select}
      class="compare-source" aria-label="Compare with" value=${source.key}
      choose=${(/** @type {string} */ key) => (slots.value = slots.value.with(i, key))}
      names=${offered.map(({ key, label }) => [key, label])}
    />
    <${Button}
      class="quiet" title="Remove" aria-label="Remove ${source.label}"
      onClick=${() => (slots.value = slots.value.filter((_, place) => place !== i))}
    >✕<//>
  </figcaption>
</figure>`;
