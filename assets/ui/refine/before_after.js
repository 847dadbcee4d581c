/** The same prompt and seed before and after a refinement, with a comparison slider. */
/** @import { ComparedAnchor, ShownPicture } from "payloads" */
import { state, on } from "../app/store.js";
import { call } from "../app/session.js";
import { el, makeButton, setAttribute, setText } from "../kit/dom.js";
import { address } from "../app/urls.js";

/**
 * The elements of the view.
 * @param {(by: number) => void} turn
 */
function elementsOf(turn) {
  const anchor = el("select", { "aria-label": "Test prompt" });
  const number = el("output", { class: "compare-number" });
  /**
   * @param {number} by
   * @param {string} glyph
   * @param {string} words
   */
  const step = (by, glyph, words) => makeButton({ "aria-label": words, title: words }, () => turn(by), glyph);
  const before = el("img", { alt: "", draggable: false });
  const after = el("img", { class: "compare-after", alt: "", draggable: false });
  const slider = el("input", {
    type: "range",
    class: "compare-slider",
    min: "0",
    max: "100",
    step: "1",
    "aria-label": "Border between before, on the left, and after, on the right",
  });
  const place = el(
    "div",
    { class: "compare-stage" },
    before,
    after,
    el("i", { class: "compare-line", "aria-hidden": "true" }),
    slider,
  );
  const [left, right] = [el("span"), el("span")];
  const strip = el("div", {
    class: "compare-strip",
    role: "group",
    "aria-label": "Seeds of this test prompt",
  });
  const empty = el("p", { class: "empty" });
  const body = el(
    "div",
    { class: "compare-body" },
    el(
      "div",
      { class: "compare-head" },
      anchor,
      step(-1, "‹", "Previous seed"),
      number,
      step(1, "›", "Next seed"),
    ),
    place,
    el("div", { class: "compare-words" }, left, right),
    strip,
  );
  return { anchor, number, before, after, slider, place, left, right, strip, empty, body };
}

/** Loads the pictures when it is shown, and again when there are more. */
class Comparison {
  /** @type {ComparedAnchor[]} */
  anchors = [];
  index = 0;
  loadedKey = "";

  /** @param {HTMLElement} box */
  constructor(box) {
    this.box = box;
    this.parts = elementsOf((by) => this.turn(by));
    const { anchor, slider, body, empty } = this.parts;
    slider.value = "50";
    slider.addEventListener("input", () => this.split());
    anchor.addEventListener("change", () => this.choose(0));
    box.append(body, empty);
    this.split();
  }

  split() {
    const { place, slider } = this.parts;
    place.style.setProperty("--split", `${slider.value}%`);
    slider.setAttribute("aria-valuetext", `${slider.value}% before`);
  }

  chosen() {
    return this.anchors.find(({ id }) => id === this.parts.anchor.value) ?? this.anchors.at(0);
  }

  /** @param {number} by */
  turn(by) {
    const most = this.chosen()?.pictures.length ?? 1;
    this.choose((this.index + by + most) % most);
  }

  /** @param {number} index of the seed */
  choose(index) {
    this.index = index;
    this.fill();
  }

  fill() {
    const { body, empty, number, before, after, left, right, strip } = this.parts;
    const compared = this.chosen();
    body.hidden = !compared;
    empty.hidden = Boolean(compared);
    setText(
      empty,
      state.refinement?.step === "done"
        ? "The round before has no image of the same prompt and seed."
        : "Train on the pairs; then Generate makes the same prompts and seeds again.",
    );
    if (!compared) return;
    const { prompt, pictures } = compared;
    this.index = Math.min(this.index, pictures.length - 1);
    const pair = pictures[this.index];
    setText(number, `${this.index + 1} of ${pictures.length}`);
    show(before, pair.before, prompt, "before");
    show(after, pair.after, prompt, "after");
    setText(left, `Before: ${kind(pair.before)}`);
    setText(right, `After: ${kind(pair.after)}`);
    strip.replaceChildren(...pictures.map((other, i) => this.seed(other, i)));
  }

  /**
   * The button of a seed, with its two pictures.
   * @param {ComparedAnchor["pictures"][number]} pair
   * @param {number} i
   */
  seed({ before, after }, i) {
    const act = () => {
      this.choose(i);
      // restore the focus after the re-render
      /** @type {HTMLElement} */ (this.parts.strip.children[i]).focus();
    };
    return makeButton(
      {
        class: "compare-seed",
        "aria-current": i === this.index ? "true" : null,
        "aria-label": `Seed ${i + 1}: before ${kind(before)}, after ${kind(after)}`,
      },
      act,
      el("img", { src: address("thumb", before), alt: "", loading: "lazy" }),
      el("img", { src: address("thumb", after), alt: "", loading: "lazy" }),
    );
  }

  async load() {
    if (this.box.hidden || state.round?.kind !== "refine") return;
    const key = JSON.stringify([
      state.roundId,
      [...state.candidates.values()].map(({ id, copy }) => [id, copy]),
    ]);
    if (key === this.loadedKey) return;
    this.loadedKey = key;
    const answer = await call("rounds", "before_after", { round: state.roundId });
    if (key !== this.loadedKey) return;
    if (answer) this.take(answer.anchors);
    else this.loadedKey = ""; // retry
  }

  /** @param {ComparedAnchor[]} anchors */
  take(anchors) {
    const { anchor } = this.parts;
    const was = anchor.value;
    this.anchors = anchors;
    anchor.replaceChildren(...anchors.map(({ id, prompt }) => el("option", { value: id }, prompt)));
    if (anchors.some(({ id }) => id === was)) anchor.value = was;
    this.fill();
  }

  forget() {
    this.anchors = [];
    this.loadedKey = "";
    this.choose(0);
  }
}

/** @param {HTMLElement} box */
export function mountBeforeAfter(box) {
  const view = new Comparison(box);
  on("forget", () => view.forget());
  on("refinement candidates", () => view.load());
  return view;
}

/** @param {ShownPicture} picture */
const kind = (picture) => (picture.copy ? "copy" : "not a copy");

/**
 * @param {HTMLImageElement} image
 * @param {ShownPicture} picture
 * @param {string} prompt
 * @param {string} when
 */
function show(image, picture, prompt, when) {
  setAttribute(image, "src", address("picture", picture));
  setAttribute(image, "alt", `${prompt}, ${when}: ${kind(picture)}`);
}
