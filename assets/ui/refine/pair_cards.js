/** Cards of the pairs of a refinement: reference, generated picture and their heatmaps. */
/** @import { PairMap } from "../heatmap/patch_maps.js" */
/** @import { Pair } from "payloads" */
import { state, on } from "../app/store.js";
import { el, makeButton, setAttribute, setText } from "../kit/dom.js";
import { pairPicture } from "../app/urls.js";
import { layHeat, stage } from "../heatmap/heatmap.js";
import { patchMaps } from "../heatmap/patch_maps.js";
import { mean } from "./pair_parts.js";
import { openPair } from "./pair_view.js";

/** @type {Map<string, ReturnType<typeof makeCard>>} */
const cards = new Map();
/** @typedef {{ node: HTMLElement, remove: () => void }} Layer */
/** @type {Record<PairMap, boolean>} */
const shown = { quality: true, reproduction: false };
const near = new IntersectionObserver(
  (changes) => {
    for (const { target, isIntersecting } of changes)
      if (isIntersecting) cards.get(target.getAttribute("data-pair") ?? "")?.lay();
  },
  { rootMargin: "200px" },
);

export const pairHeat = shown;

/**
 * Render the cards into `box` and update them, diffed by pair id.
 * @param {HTMLElement} box
 */
export function mountPairCards(box) {
  const empty = el("p", { class: "empty" }, "The pairs appear here as they are generated and judged.");
  box.append(empty);
  on("forget", () => {
    for (const card of cards.values()) card.remove();
    cards.clear();
    box.replaceChildren(empty);
  });
  on("refinement", () => show(box, empty));
}

/**
 * Show or hide one kind of heatmap on all cards.
 * @param {PairMap} kind
 * @param {boolean} wanted
 */
export function showHeat(kind, wanted) {
  shown[kind] = wanted;
  if (!wanted) for (const card of cards.values()) card.clear(kind);
  for (const card of cards.values()) {
    near.unobserve(card.node);
    near.observe(card.node);
  }
}

/**
 * @param {HTMLElement} box whose last child is `empty`
 * @param {HTMLElement} empty
 */
function show(box, empty) {
  const pairs = state.refinement?.pairs ?? [];
  empty.hidden = pairs.length > 0;
  for (const [id, card] of cards)
    if (!pairs.some((pair) => pair.id === id)) {
      card.remove();
      cards.delete(id);
    }
  for (const [place, pair] of pairs.entries()) {
    const card = cards.get(pair.id) ?? makeCard(pair);
    cards.set(pair.id, card);
    card.update(pair, place);
    if (box.children[place] !== card.node) box.insertBefore(card.node, box.children[place] ?? null);
  }
}

/** @param {Pair} pair */
function makeCard(pair) {
  const image = () => el("img", { class: "pair-picture", loading: "lazy", alt: "", draggable: false });
  const [given, drawn] = [image(), image()];
  const [y, x] = [stage(given), stage(drawn)];
  const prompt = el("span", { class: "pair-prompt", translate: "no" });
  const figures = el("span", { class: "pair-figures" });
  const painted = el("span", { class: "pair-painted", hidden: true }, "✎ corrected");
  const node = makeButton(
    { class: "pair-card", data: { pair: pair.id } },
    () => openPair(pair.id),
    el("span", { class: "pair-pictures" }, y, x),
    prompt,
    el("span", { class: "pair-facts" }, figures, painted),
  );
  /** @type {Record<PairMap, Layer | null>} */
  const layers = { quality: null, reproduction: null };
  /** @type {{ kind: PairMap, place: HTMLElement }[]} */
  const places = [
    { kind: "quality", place: x },
    { kind: "reproduction", place: y },
  ];
  let now = pair;
  near.observe(node);
  const card = {
    node,
    async lay() {
      for (const { kind, place } of places) {
        if (!shown[kind] || layers[kind] || !now.maps_version) continue;
        const maps = now.maps_version;
        const [map] = await patchMaps(now.id, kind, maps);
        if (map && maps === now.maps_version && shown[kind] && !layers[kind] && node.isConnected)
          layers[kind] = quiet(layHeat(place, map, { read: false }));
      }
    },
    /** @param {PairMap} kind */
    clear(kind) {
      layers[kind]?.remove();
      layers[kind] = null;
    },
    remove() {
      for (const layer of Object.values(layers)) layer?.remove();
      near.unobserve(node);
      node.remove();
    },
    /**
     * @param {Pair} next
     * @param {number} place
     */
    update(next, place) {
      const fresh = next.maps_version !== now.maps_version;
      now = next;
      setAttribute(given, "src", pairPicture(next, "reference", true));
      setAttribute(drawn, "src", next.generated_image ? pairPicture(next, "generated", true) : null);
      x.classList.toggle("waiting", !next.generated_image);
      setText(prompt, next.prompt);
      prompt.title = next.prompt;
      setText(figures, words(next));
      painted.hidden = !next.painted;
      given.alt = `Pair ${place + 1}.`;
      node.title = "Enlarge and paint";
      node.disabled = !next.maps_version;
      if (fresh) {
        for (const { kind } of places) card.clear(kind);
        near.unobserve(node);
        near.observe(node);
      }
    },
  };
  return card;
}

/**
 * A card is one button: remove its heatmaps from the tab order and the accessibility tree.
 * @param {Layer} layer
 */
function quiet(layer) {
  layer.node.removeAttribute("tabindex");
  layer.node.setAttribute("aria-hidden", "true");
  return layer;
}

/** @param {Pair} pair */
function words(pair) {
  if (!pair.generated_image) return "not generated yet";
  if (!pair.maps_version) return "not judged yet";
  return `likeness ${mean(pair.mean_quality)} · survives ${mean(pair.mean_reproduction)}`;
}
