/** Cards of the pairs of a refinement: reference, generated picture and their heatmaps. */
/** @import { PairMap } from "../../heatmap/patch_maps.js" */
/** @import { Pair } from "payloads" */
import { Heat } from "../../heatmap/heatmap.js";
import { patchMaps } from "../../heatmap/patch_maps.js";
import { html, useAnswer } from "../../kit/html.js";
import { useEffect, useRef, useState } from "../../vendor/preact.min.js";
import { signal } from "../../vendor/signals.min.js";
import { meanWords, openPair, pairPicture } from "./pair_view.js";

export const pairHeat = signal(
  /** @type {Record<PairMap, boolean>} */ ({ quality: true, reproduction: false }),
);

/** @param {{ pairs: Pair[] }} props */
export const PairCards = ({ pairs }) => html`<div
  class="pair-grid scroll" aria-label="Pairs" role="group"
>
  ${pairs.map((pair, place) => html`<${Card} key=${pair.id} pair=${pair} place=${place} />`)}
  ${pairs.length ? null : html`<p class="empty">The pairs appear here as they are generated and judged.</p>`}
</div>`;

/** @param {{ pair: Pair, place: number }} props */
function Card({ pair, place }) {
  const node = useRef(/** @type {HTMLElement | null} */ (null));
  const [isNear, come] = useState(false);
  useEffect(() => {
    const card = node.current;
    if (!card) return undefined;
    const near = new IntersectionObserver(
      (changes) => changes.some(({ isIntersecting }) => isIntersecting) && come(true),
      { rootMargin: "200px" },
    );
    near.observe(card);
    return () => near.disconnect();
  }, []);
  return html`<button
    type="button" class="pair-card" data-pair=${pair.id} title="Enlarge and paint" ref=${node}
    disabled=${!pair.maps_version} onClick=${() => openPair(pair.id)}
  >
    <span class="pair-pictures">
      <${MapImage} ...${{ pair, isNear }} which="reference" kind="reproduction" alt="Pair ${place + 1}." />
      <${MapImage} ...${{ pair, isNear }} which="generated" kind="quality" alt="" />
    </span>
    <span class="pair-prompt" translate=${false} title=${pair.prompt}>${pair.prompt}</span>
    <span class="pair-facts">
      <span class="pair-figures">${words(pair)}</span>
      ${pair.painted ? html`<span class="pair-painted">✎ corrected</span>` : null}
    </span>
  </button>`;
}

/**
 * A picture under its heat map, which is laid on it when the card comes near.
 * @param {{ pair: Pair, which: "reference" | "generated", kind: PairMap, isNear: boolean,
 *   alt: string }} props
 */
function MapImage({ pair, which, kind, isNear, alt }) {
  const version = isNear && pairHeat.value[kind] ? pair.maps_version : null;
  const [map] =
    useAnswer(() => (version ? patchMaps(pair.id, kind, version) : null), [pair.id, version]) ?? [];
  const isThere = which === "reference" || pair.generated_image;
  return html`<div class="stage ${isThere ? "" : "waiting"}">
    <img
      class="pair-picture" loading="lazy" draggable=${false} alt=${alt}
      src=${isThere ? pairPicture(pair, which, true) : undefined}
    />
    ${version && map && html`<${Heat} map=${map} />`}
  </div>`;
}

/** @param {Pair} pair */
function words(pair) {
  if (!pair.generated_image) return "not generated yet";
  if (!pair.maps_version) return "not judged yet";
  return `${meanWords(pair.mean_quality, "alike")} · ${meanWords(pair.mean_reproduction, "reproduced")}`;
}
