/** Compare the enlarged picture with up to three others: side by side, with a slider, or flickering. */
/** @import { Candidate } from "payloads" */
/** @import { Source } from "./sources.js" */
import { newest } from "../../app/newest.js";
import { state } from "../../app/store.js";
import { el } from "../../kit/dom.js";
import { Button, html, withValue } from "../../kit/html.js";
import { Segments } from "../../kit/segments.js";
import { render } from "../../vendor/preact.min.js";
import { Stage } from "../../viewer/viewer.js";
import { relativesOf, sourcesFor } from "./sources.js";
import { zoomed, zoomFrame } from "./zoom.js";

const MOST = 3; // pictures beside the enlarged one
const PERIOD = 500; // ms for which one picture is shown while flickering
/** @typedef {"side" | "slider" | "flicker"} Mode */
/** @type {[Mode, string][]} */
const MODES = [
  ["side", "Side by side"],
  ["slider", "Slider"],
  ["flicker", "Flicker"],
];

/** @type {Mode} */
let mode = "side";
let split = 50; // percent
let isUnder = false; // while flickering: is the enlarged picture shown, and not the other one?
/** @type {string[]} keys of the pictures to compare with; empty: not comparing */
let slots = [];
/** @type {ReturnType<typeof setInterval> | undefined} */
let timer;

export const comparing = () => slots.length > 0;

/** Begin with the references, or with these candidates. */
export function startComparing(/** @type {string[]} */ candidates = []) {
  const references = (state.project?.references ?? []).map(({ id }) => `reference ${id}`);
  slots = (candidates.length ? candidates.map((id) => `candidate ${id}`) : references).slice(0, MOST);
  if (candidates.length > 1) mode = "side"; // the other ways show only two
}

export function stopComparing() {
  slots = [];
  clearInterval(timer);
}

/**
 * The parts of a comparison. `show(candidate, place)` fills them for an enlarged picture in its stage;
 * `changed()` is called when the person chooses otherwise.
 * @param {() => void} changed
 */
export function comparison(changed) {
  const bar = el("div", { class: "compare-bar" });
  const over = el("div", { class: "compare-over" });
  const choice = el("figure", { class: "compare-choice" });
  /** @type {Map<string, HTMLElement>} the figures beside the picture, by what they show */
  let plates = new Map();
  /** @type {Source[]} */
  let offered = [];
  const newShow = newest();

  /** @param {Mode} name */
  const choose = (name) => {
    mode = name;
    changed();
  };
  function more() {
    const held = slots.filter((key) => offered.some((one) => one.key === key));
    const free = offered.find(({ key }) => !slots.includes(key));
    if (!free || held.length >= MOST) return;
    slots = [...held, free.key];
    changed();
  }

  /**
   * @param {Candidate} candidate
   * @param {HTMLElement} place
   * @returns {Promise<HTMLElement[]>} the figures beside the enlarged picture
   */
  async function show(candidate, place) {
    const isLatest = newShow();
    clearInterval(timer);
    over.remove();
    bar.hidden = !comparing();
    if (!comparing()) return [];
    const sources = sourcesFor(candidate, await relativesOf(candidate));
    if (!isLatest()) return [];
    offered = sources;
    const chosen = slots.flatMap((key, i) => {
      const source = offered.find((one) => one.key === key);
      return source ? [{ source, i }] : [];
    });
    const isFull = chosen.length >= MOST || offered.length <= chosen.length;
    bar.dataset.pictures = String(chosen.length + 1);
    render(
      html`<${Segments} label="How to compare" names=${MODES} chosen=${mode} choose=${choose} />
        <${Button}
          title="Another image beside these, up to four" hidden=${mode !== "side"} disabled=${isFull}
          onClick=${more}
        >+ Add<//>`,
      bar,
    );
    if (mode === "side") {
      plates = new Map(chosen.map(({ source, i }) => [`${i} ${source.key} ${source.src}`, plate(source, i)]));
      return [...plates.values()];
    }
    const [first] = chosen;
    if (!first) return [];
    isUnder = false;
    over.dataset.mode = mode;
    place.append(over);
    const draw = () => drawOver(place, first.source, first.i);
    draw();
    if (mode === "flicker" && !matchMedia("(prefers-reduced-motion: reduce)").matches)
      timer = setInterval(() => flip(draw), PERIOD);
    return [choice];
  }

  /** @param {() => void} draw */
  function flip(draw) {
    isUnder = !isUnder;
    draw();
  }

  /**
   * The two pictures over each other, and what is chosen below them.
   * @param {HTMLElement} place
   * @param {Source} source
   * @param {number} i
   */
  function drawOver(place, source, i) {
    const draw = () => drawOver(place, source, i);
    /** @param {number} percent */
    const cut = (percent) => {
      split = percent;
      draw();
    };
    const stop = () => {
      clearInterval(timer);
      flip(draw);
    };
    const own = { name: "Enlarged", src: place.querySelector("img")?.src ?? "", words: "" };
    const other = { name: source.label, src: source.src, words: source.prompt };
    const shown = mode === "slider" ? "cut" : "flip";
    render(
      html`<${Stage}
        title="" before=${own} after=${other} mode=${shown} split=${split} cut=${cut} isUnder=${isUnder}
        flip=${stop} anywhere=${() => !zoomed()}
      />`,
      over,
    );
    render(
      html`${
        mode === "slider"
          ? html`<input
              type="range" class="compare-slider" min="0" max="100" value=${split}
              aria-label="How much of the other image is shown"
              onInput=${withValue((value) => cut(Number(value)))}
            />`
          : html`<${Button} title="F" onClick=${stop}>Show the other image<//>`
      }${chooser(source, i)}`,
      choice,
    );
  }

  /**
   * The figure of another picture; it is kept while it stays in its place.
   * @param {Source} source
   * @param {number} i
   */
  function plate(source, i) {
    const image = el("img", { src: source.src, alt: source.prompt, draggable: false });
    const node =
      plates.get(`${i} ${source.key} ${source.src}`) ??
      el("figure", {}, zoomFrame(el("div", { class: "stage" }, image)), el("figcaption", {}));
    const remove = () => {
      slots.splice(i, 1);
      changed();
    };
    const caption = /** @type {Element} */ (node.lastElementChild);
    render(
      html`${chooser(source, i)}
        <${Button}
          class="quiet" title="Remove" data-keep="away-${i}" aria-label="Remove ${source.label}"
          onClick=${remove}
        >✕<//>`,
      caption,
    );
    return node;
  }

  /**
   * @param {Source} source
   * @param {number} i
   */
  function chooser(source, i) {
    /** @param {string} key */
    const take = (key) => {
      slots[i] = key;
      changed();
    };
    return html`<select
      class="compare-source" data-keep="beside-${i}" aria-label="Compare with" value=${source.key}
      onChange=${withValue(take)}
    >
      ${offered.map(({ key, label }) => html`<option key=${key} value=${key}>${label}</option>`)}
    </select>`;
  }

  /** Flicker, or show the other picture while flickering. */
  const flicker = () => {
    if (!comparing()) startComparing();
    choose(mode === "flicker" ? "side" : "flicker");
  };
  return { bar, show, flicker };
}
