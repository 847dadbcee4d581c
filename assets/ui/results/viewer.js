/** An enlarged picture in Results, with a scrubber that flips the same prompt and seed through the rounds. */
import { el, makeButton, setAttribute, setText, whenClosed } from "../kit/dom.js";

/**
 * A picture of one round; without `src`, the round has not drawn it.
 * @typedef {{ name: string, src: string | null, words: string }} Frame
 * The frames of one prompt and seed, and the one to show first.
 * @typedef {{ title: string, frames: Frame[], at: number }} Row
 * `row(by)` is the row `by` places below the present one; 0: the present one.
 * @typedef {{ row: (by: number) => Row, references: { src: string, prompt: string }[] }} Viewed
 */

/** @type {HTMLDialogElement | undefined} */
let dialog;
/** @type {Viewed} */
let viewed;
/** @type {Row} */
let shown;
let at = 0;
let byTab = false; // whether Tab led to what has the focus: only then does Space press it
/** @type {ReturnType<typeof build>} */
let made;

export const viewerOpen = () => Boolean(dialog?.open);
export const closeViewer = () => dialog?.close();

/** Open it again with what it showed last; false if it showed nothing yet. */
export function reopenViewer() {
  if (!viewed) return false;
  if (!viewerOpen()) openViewer(viewed);
  return true;
}

/** @param {Viewed} what */
export function openViewer(what) {
  made ??= build();
  viewed = what;
  take(what.row(0), null);
  if (!made.dialog.open) made.dialog.showModal();
  byTab = false;
  made.picture.focus({ preventScroll: true });
}

/**
 * @param {Row} row
 * @param {number | null} kept the round that is shown now stays shown
 */
function take(row, kept) {
  shown = row;
  at = Math.min(kept ?? row.at, row.frames.length - 1);
  const { slider, ticks, scrubber, references } = made;
  scrubber.hidden = row.frames.length < 2;
  slider.max = String(row.frames.length - 1);
  ticks.replaceChildren(
    ...row.frames.map((frame, i) => makeButton({ class: "tick" }, () => flip(i), frame.name)),
  );
  references.replaceChildren(
    ...viewed.references.map(({ src, prompt }) =>
      el("figure", {}, el("img", { src, alt: prompt }), el("figcaption", {}, "Reference")),
    ),
  );
  for (const { src } of row.frames) if (src) new Image().src = src; // flipping shows them at once
  show();
}

/** @param {number} place */
function flip(place) {
  at = Math.max(0, Math.min(place, shown.frames.length - 1));
  show();
}

function show() {
  const { picture, none, name, words, title, slider, ticks } = made;
  const frame = shown.frames[at];
  setText(title, shown.title);
  setText(name, frame.name);
  setText(words, frame.words);
  picture.hidden = !frame.src;
  none.hidden = Boolean(frame.src);
  if (frame.src) setAttribute(picture, "src", frame.src);
  setAttribute(picture, "alt", `${shown.title}, ${frame.name}: ${frame.words}`);
  slider.value = String(at);
  setAttribute(slider, "aria-valuetext", frame.name);
  for (const [i, tick] of [...ticks.children].entries())
    setAttribute(tick, "aria-current", i === at ? "true" : null);
  keepFocus();
}

/** What had the focus may be hidden or replaced: the keys are heard inside the dialog only. */
function keepFocus() {
  const { dialog: box, picture } = made;
  const held = document.activeElement;
  if (!box.contains(held) || (held === picture && picture.hidden)) box.focus({ preventScroll: true });
}

function build() {
  const picture = el("img", { class: "viewer-picture", alt: "", draggable: false, tabindex: "-1" });
  const none = el("div", { class: "viewer-picture viewer-none" }, "Not drawn by this round");
  const [name, words, title] = [el("b"), el("span", { class: "viewer-words" }), el("h2")];
  const slider = el("input", { type: "range", min: "0", step: "1", "aria-label": "Round" });
  const ticks = el("div", { class: "ticks" });
  const scrubber = el("div", { class: "scrubber" }, slider, ticks);
  const references = el("div", { class: "viewer-references" });
  /**
   * @param {number} by
   * @param {string} glyph
   * @param {string} label
   */
  const turn = (by, glyph, label) =>
    makeButton({ "aria-label": label, title: label }, () => take(viewed.row(by), at), glyph);
  const close = makeButton({ title: "Esc" }, () => made.dialog.close(), "Close");
  dialog = document.body.appendChild(
    el(
      "dialog",
      { class: "studio viewer", "aria-label": "Enlarged picture", tabindex: "-1" },
      el(
        "div",
        { class: "viewer-head" },
        title,
        el(
          "span",
          { class: "viewer-turns" },
          turn(-1, "↑", "Previous prompt (↑)"),
          turn(1, "↓", "Next prompt (↓)"),
          close,
        ),
      ),
      el(
        "div",
        { class: "viewer-body" },
        el("figure", {}, picture, none, el("figcaption", { role: "status" }, name, " ", words)),
        references,
      ),
      scrubber,
    ),
  );
  slider.addEventListener("input", () => flip(Number(slider.value)));
  dialog.addEventListener("keydown", onKey);
  dialog.addEventListener("pointerdown", () => {
    byTab = false;
  });
  dialog.addEventListener("click", (event) => event.target === dialog && event.detail < 2 && dialog?.close());
  whenClosed(dialog, () => picture.removeAttribute("src"));
  return { dialog, picture, none, name, words, title, slider, ticks, scrubber, references };
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (event.key === "Tab") byTab = true;
  if (event.key === " " && !byTab) {
    event.preventDefault();
    event.stopPropagation();
    return dialog?.close();
  }
  const rounds = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: shown.frames.length - 1 }[event.key];
  const rows = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (rounds === undefined && rows === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  if (rounds !== undefined) flip(rounds);
  if (rows !== undefined) take(viewed.row(rows), at);
}
