/** Before and after, large: one prompt and seed by the base model and each round, beside the reference. */
/** @import { MeasuredRound, SameSeed, SheetRow } from "payloads" */
/** @import { Frame } from "./viewer.js" */
import { copyOrNot, state, on } from "../app/store.js";
import { address } from "../app/urls.js";
import { divider } from "../kit/divider.js";
import { el, makeButton, reference, repeats, replaceKept, setAttribute, setText } from "../kit/dom.js";
import { segments } from "../kit/segments.js";
import { saveStrip } from "./strip_file.js";
import { pictureOf, viewerRow } from "./sheet_pictures.js";

/** @typedef {{ title: string, frames: Frame[] }} Look one prompt and seed; every frame has its picture */
/** @typedef {"cut" | "flip"} Mode */

/**
 * What can be shown of the benchmark, the most telling first: rows in which the best round copies last.
 * @param {SheetRow[]} rows
 * @param {MeasuredRound[]} rounds
 * @param {string | null} best
 * @returns {Look[]}
 */
export function looksOf(rows, rounds, best) {
  const isCopy = (/** @type {SheetRow} */ row) => Number(pictureOf(row, best, 0)?.copy ?? true);
  return rows
    .filter(({ part }) => part === "held_out")
    .sort((one, other) => isCopy(one) - isCopy(other))
    .map((row) => ({
      title: row.prompt,
      frames: viewerRow(row, rounds, 0, 0).frames.filter(({ src }) => src),
    }))
    .filter(({ frames }) => frames.length > 1);
}

/**
 * The same of a test prompt, while nothing is measured.
 * @param {SameSeed[]} rounds
 * @returns {Look[]}
 */
export function looksOfRounds(rounds) {
  const frames = rounds.flatMap(({ name, picture }) =>
    picture ? [{ name, src: address("picture", picture), words: copyOrNot(picture) }] : [],
  );
  const title = rounds.findLast(({ picture }) => picture)?.picture?.prompt ?? "";
  return frames.length ? [{ title, frames }] : [];
}

/** @param {HTMLElement} box */
export function mountFirstLook(box) {
  /** @type {SheetRow[]} */
  let rows = [];
  /** @type {SameSeed[]} */
  let rounds = [];
  let place = 0;
  /** @type {string | null} the round that is shown after, by its name; null: the best, or the last */
  let chosen = null;
  /** @type {Mode} */
  let mode = "cut";

  const prompt = el("p", { class: "look-prompt", dir: "auto" });
  const number = el("output", {});
  /**
   * @param {string} glyph
   * @param {string} words
   * @param {number} by
   */
  const turn = (glyph, words, by) =>
    makeButton(
      { "aria-label": words },
      () => {
        place += by;
        show();
      },
      glyph,
    );
  const turns = el(
    "span",
    { class: "sheet-seeds" },
    turn("‹", "Previous prompt", -1),
    number,
    turn("›", "Next prompt", 1),
  );
  const references = el("div", { class: "look-references" });
  const [before, after] = [el("img", { draggable: false }), el("img", { draggable: false })];
  const stage = el("div", { class: "look-stage" }, before, after);
  const slider = el("input", {
    type: "range",
    min: "0",
    max: "100",
    value: "50",
    "aria-label": "How much of the image after is shown",
    on: { input: () => cut(Number(slider.value)) },
  });
  const flip = makeButton({ class: "button", data: { action: "flip" } }, () => turnOver(), "Flip");
  const [left, right] = [el("span", {}), el("span", {})];
  const modes = segments(
    "How to compare",
    /** @type {[Mode, string][]} */ ([
      ["cut", "Slider"],
      ["flip", "Flip"],
    ]),
    (name) => {
      mode = name;
      compare();
    },
  );
  const save = makeButton(
    { title: "The reference and these images beside each other, as one PNG file" },
    () => saveStrip(strip(), looks()[place]?.title ?? ""),
    "Save as image",
  );
  const thumbs = el("div", { class: "look-rounds", role: "group", "aria-label": "The image after" });
  box.append(
    el("div", { class: "card-head" }, el("h2", {}, "Before and after"), turns),
    prompt,
    el(
      "div",
      { class: "look-body" },
      references,
      el(
        "figure",
        { class: "look-compared" },
        stage,
        el("figcaption", {}, left, right),
        el("div", { class: "look-bar" }, modes.node, slider, flip),
      ),
      el("div", { class: "look-side" }, thumbs, save),
    ),
  );
  const line = divider(stage, cut, () => mode === "cut");
  stage.addEventListener("click", () => mode === "flip" && turnOver());

  const looks = () => {
    const measured = (state.measures?.rounds ?? []).filter((round) => round.drawn);
    const best = looksOf(rows, measured, state.measures?.best ?? measured.at(-1)?.id ?? null);
    return best.length ? best : looksOfRounds(rounds);
  };
  /** The reference, then the frames. */
  const strip = () => [
    ...(state.project?.references ?? []).slice(0, 1).map(({ id, prompt: words }) => ({
      name: "Reference",
      src: reference(id),
      words,
    })),
    ...(looks()[place]?.frames ?? []),
  ];

  /** @param {number} percent of the width at which the picture after begins */
  function cut(percent) {
    slider.value = String(percent);
    after.style.clipPath = `inset(0 0 0 ${percent}%)`;
    line.at(percent);
  }
  function turnOver() {
    after.hidden = !after.hidden;
    tellFlip();
  }
  function tellFlip() {
    setAttribute(left, "data-shown", mode === "cut" || after.hidden);
    setAttribute(right, "data-shown", mode === "cut" || !after.hidden);
    setText(flip, `Show ${(after.hidden ? right : left).textContent}`);
  }
  function compare() {
    modes.show(mode);
    stage.dataset.mode = mode;
    slider.hidden = mode !== "cut";
    flip.hidden = mode !== "flip";
    after.hidden = false;
    if (mode === "cut") cut(Number(slider.value));
    else after.style.clipPath = "";
    tellFlip();
  }

  function show() {
    const all = looks();
    box.hidden = !all.length || !state.project;
    if (box.hidden) return;
    place = (place + all.length) % all.length;
    const { title, frames } = all[place];
    const measured = state.measures?.rounds.find(({ id }) => id && id === state.measures?.best)?.name;
    const shown = frames.find(({ name }) => name === (chosen ?? measured)) ?? frames[frames.length - 1];
    const [first] = strip();
    const other = frames.length > 1 && shown !== frames[0] ? frames[0] : first;
    setText(prompt, title);
    setText(number, `Prompt ${place + 1} of ${all.length}`);
    turns.hidden = all.length < 2;
    if (repeats(box, [all[place], shown, other])) return;
    references.replaceChildren(
      ...(state.project?.references ?? [])
        .slice(0, 3)
        .map(({ id, prompt: words }) =>
          el("figure", {}, el("img", { src: reference(id), alt: words }), el("figcaption", {}, "Reference")),
        ),
    );
    for (const [image, frame] of /** @type {const} */ ([
      [before, other],
      [after, shown],
    ])) {
      setAttribute(image, "src", frame?.src);
      setAttribute(image, "alt", frame ? `${title}, ${frame.name}` : "");
    }
    setText(left, other?.name ?? "");
    setText(right, `${shown.name}: ${shown.words.split(" · ")[0]}`);
    replaceKept(
      thumbs,
      frames.map((frame) =>
        makeButton(
          {
            class: "look-round",
            "aria-pressed": String(frame === shown),
            data: { keep: frame.name },
            title: `${frame.name}: ${frame.words}`,
          },
          () => {
            chosen = frame.name;
            show();
          },
          el("img", { src: frame.src, alt: "" }),
          el("span", {}, frame.name),
        ),
      ),
    );
    compare();
  }
  on("measures project", show);
  on("forget", () => {
    if (state.project) return;
    [rows, rounds, place, chosen] = [[], [], 0, null];
    box.hidden = true;
    delete box.dataset.signature;
  });
  return {
    /** @param {SheetRow[]} told */
    benchmark: (told) => {
      rows = told;
      show();
    },
    /** @param {SameSeed[]} told */
    testPrompt: (told) => {
      rounds = told;
      show();
    },
  };
}
