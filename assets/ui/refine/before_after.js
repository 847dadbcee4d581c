/** The same prompt and seed before and after a refinement, under one slider. */
/** @import { ShownPicture } from "../app/payloads.d.ts" */
/** @import { ComparedAnchor } from "../app/payloads_calls.d.ts" */
import { state, on } from "../app/store.js";
import { call } from "../app/session.js";
import { el, setAttribute, setText } from "../kit/dom.js";
import { address } from "../app/urls.js";

/**
 * Fills `box`; asks for the pictures when it is shown and again when more of them are drawn.
 * @param {HTMLElement} box
 */
export function mountBeforeAfter(box) {
  const anchor = el("select", { "aria-label": "Test prompt" });
  const number = el("output", { class: "compare-number" });
  /**
   * @param {number} by
   * @param {string} glyph
   * @param {string} words
   */
  const step = (by, glyph, words) =>
    el(
      "button",
      {
        type: "button",
        class: "button small",
        "aria-label": words,
        title: words,
        on: { click: () => turn(by) },
      },
      glyph,
    );
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
  /** @type {ComparedAnchor[]} */
  let anchors = [];
  let index = 0;
  let asked = "";

  const split = () => {
    place.style.setProperty("--split", `${slider.value}%`);
    slider.setAttribute("aria-valuetext", `${slider.value} % before`);
  };
  /** @param {number} by */
  const turn = (by) => {
    const most = chosen()?.pictures.length ?? 1;
    index = (index + by + most) % most;
    fill();
  };
  const chosen = () => anchors.find(({ id }) => id === anchor.value) ?? anchors.at(0);
  slider.value = "50";
  split();
  slider.addEventListener("input", split);
  anchor.addEventListener("change", () => {
    index = 0;
    fill();
  });
  box.append(body, empty);

  function fill() {
    const compared = chosen();
    body.hidden = !compared;
    empty.hidden = Boolean(compared);
    setText(
      empty,
      state.refinement?.step === "done"
        ? "The round before has no picture of the same prompt and seed."
        : "Train on the pairs; then Generate draws the same prompts and seeds again.",
    );
    if (!compared) return;
    const { prompt, pictures } = compared;
    index = Math.min(index, pictures.length - 1);
    const pair = pictures[index];
    setText(number, `${index + 1} of ${pictures.length}`);
    show(before, pair.before, prompt, "before");
    show(after, pair.after, prompt, "after");
    setText(left, `Before: ${kind(pair.before)}`);
    setText(right, `After: ${kind(pair.after)}`);
    strip.replaceChildren(
      ...pictures.map((other, i) =>
        el(
          "button",
          {
            type: "button",
            class: "compare-seed",
            "aria-current": i === index ? "true" : null,
            "aria-label": `Seed ${i + 1}: before ${kind(other.before)}, after ${kind(other.after)}`,
            on: {
              click: () => {
                index = i;
                fill();
                /** @type {HTMLElement} */ (strip.children[i]).focus();
              },
            },
          },
          el("img", { src: address("thumb", other.before), alt: "", loading: "lazy" }),
          el("img", { src: address("thumb", other.after), alt: "", loading: "lazy" }),
        ),
      ),
    );
  }

  async function load() {
    if (box.hidden || state.round?.kind !== "refine") return;
    const key = `${state.roundId}/${state.candidates.size}`;
    if (key === asked) return;
    asked = key;
    const answer = await call("rounds", "before_after", { round: state.roundId });
    if (key !== asked) return;
    if (!answer) {
      asked = "";
      return;
    } // it is asked for again
    anchors = answer.anchors;
    const was = anchor.value;
    anchor.replaceChildren(...anchors.map(({ id, prompt }) => el("option", { value: id }, prompt)));
    if (anchors.some(({ id }) => id === was)) anchor.value = was;
    fill();
  }
  on("forget", () => {
    anchors = [];
    index = 0;
    asked = "";
    fill();
  });
  on("refinement candidates", load);
  return { load };
}

/** @param {ShownPicture} picture */
const kind = (picture) => (picture.copy ? "looks like the reference" : "matches its prompt");

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
