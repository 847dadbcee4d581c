/** Compare the enlarged picture with up to three others: side by side, with a slider, or flickering. */
/** @import { Candidate } from "payloads" */
/** @import { Source } from "./sources.js" */
import { newest } from "../../app/newest.js";
import { state } from "../../app/store.js";
import { divider } from "../../kit/divider.js";
import { el, makeButton, repeats } from "../../kit/dom.js";
import { segments } from "../../kit/segments.js";
import { relativesOf, sourcesFor } from "./sources.js";
import { zoomed, zoomFrame } from "./zoom.js";

const MOST = 3; // pictures beside the enlarged one
const PERIOD = 500; // ms for which one picture is shown while flickering
/** @typedef {"side" | "slider" | "flicker"} Mode */

/** @type {Mode} */
let mode = "side";
let split = 50; // percent
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
  const modes = segments(
    "How to compare",
    /** @type {[Mode, string][]} */ ([
      ["side", "Side by side"],
      ["slider", "Slider"],
      ["flicker", "Flicker"],
    ]),
    (name) => {
      mode = name;
      changed();
    },
  );
  const add = makeButton({ title: "Another image beside these, up to four" }, more, "+ Add");
  const bar = el("div", { class: "compare-bar" }, modes.node, add);
  const slider = el("input", {
    type: "range",
    class: "compare-slider",
    min: "0",
    max: "100",
    "aria-label": "How much of the other image is shown",
    on: { input: () => cut(Number(slider.value)) },
  });
  const over = el("img", { class: "compare-over", alt: "" });
  /** @type {Source[]} */
  let offered = [];
  /** @type {HTMLElement[]} */
  let plates = [];
  /** @type {ReturnType<typeof divider> | null} */
  let line = null;
  const newShow = newest();

  function more() {
    const held = slots.filter((key) => offered.some((one) => one.key === key));
    const free = offered.find(({ key }) => !slots.includes(key));
    if (!free || held.length >= MOST) return;
    slots = [...held, free.key];
    changed();
  }
  /** @param {number} value */
  function cut(value) {
    split = value;
    over.style.clipPath = `inset(0 0 0 ${split}%)`;
    slider.value = String(split);
    line?.at(split);
  }
  function stopFlicker() {
    clearInterval(timer);
    timer = undefined;
  }

  /**
   * @param {Candidate} candidate
   * @param {HTMLElement} place
   * @returns {Promise<HTMLElement[]>} the figures beside the enlarged picture
   */
  async function show(candidate, place) {
    const isLatest = newShow();
    stopFlicker();
    over.remove();
    line?.remove();
    line = null;
    bar.hidden = !comparing();
    if (!comparing()) return [];
    const sources = sourcesFor(candidate, await relativesOf(candidate));
    if (!isLatest()) return [];
    offered = sources;
    const chosen = slots.flatMap((key, i) => {
      const source = offered.find((one) => one.key === key);
      return source ? [{ source, i }] : [];
    });
    modes.show(mode);
    add.disabled = chosen.length >= MOST || offered.length <= chosen.length;
    add.hidden = mode !== "side";
    bar.dataset.pictures = String(chosen.length + 1);
    if (mode === "side") {
      plates = chosen.map(({ source, i }) => plate(source, i));
      return plates;
    }
    const [first] = chosen;
    if (!first) return [];
    over.src = first.source.src;
    place.append(over);
    if (mode === "slider") {
      over.style.visibility = "";
      line = divider(place, cut, () => !zoomed());
      cut(split);
    } else {
      over.style.clipPath = "";
      flickerNow();
    }
    return [
      el(
        "figure",
        { class: "compare-choice" },
        mode === "slider" ? slider : flickerButton(),
        chooser(first.source, first.i),
      ),
    ];
  }
  function flickerNow() {
    over.style.visibility = "";
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    timer = setInterval(flip, PERIOD);
  }
  function flip() {
    over.style.visibility = over.style.visibility === "hidden" ? "" : "hidden";
  }
  const flickerButton = () =>
    makeButton(
      { title: "F" },
      () => {
        stopFlicker();
        flip();
      },
      "Show the other image",
    );
  /**
   * @param {Source} source
   * @param {number} i
   */
  function plate(source, i) {
    const known = plates.find((node) => node.dataset.key === `${i} ${source.key} ${source.src}`);
    if (
      known &&
      repeats(
        known,
        offered.map(({ label }) => label),
      )
    )
      return known;
    const image = el("img", { src: source.src, alt: source.prompt, draggable: false });
    const node = el(
      "figure",
      { data: { key: `${i} ${source.key} ${source.src}` } },
      zoomFrame(el("div", { class: "stage" }, image)),
      el("figcaption", {}, chooser(source, i), removeButton(source, i)),
    );
    repeats(
      node,
      offered.map(({ label }) => label),
    );
    return node;
  }
  /**
   * @param {Source} source
   * @param {number} i
   */
  function chooser(source, i) {
    const select = el(
      "select",
      {
        class: "compare-source",
        data: { keep: `beside-${i}` },
        "aria-label": "Compare with",
        on: {
          change: () => {
            slots[i] = select.value;
            changed();
          },
        },
      },
      offered.map(({ key, label }) => el("option", { value: key, selected: key === source.key }, label)),
    );
    select.value = source.key;
    return select;
  }
  /**
   * @param {Source} source
   * @param {number} i
   */
  const removeButton = (source, i) =>
    makeButton(
      {
        class: "quiet",
        title: "Remove",
        data: { keep: `away-${i}` },
        "aria-label": `Remove ${source.label}`,
      },
      () => {
        slots.splice(i, 1);
        changed();
      },
      "✕",
    );
  /** Flicker, or show the other picture while flickering. */
  const flicker = () => {
    if (!comparing()) startComparing();
    mode = mode === "flicker" ? "side" : "flicker";
    changed();
  };
  return { bar, show, flicker };
}
