/** The enlarged view of a picture: facts, scores, heatmap and brush, and a comparison with the reference. */
/** @import { PartPainter } from "./accept_part.js" */
/** @import { Candidate } from "../../app/payloads.d.ts" */
/** @import { Offer } from "../../heatmap/panel.js" */
import { state, on, verdictOf, setFocus } from "../../app/store.js";
import { el, focusedIn, reference, whenClosed } from "../../kit/dom.js";
import { picture } from "../../app/urls.js";
import { figures } from "./figures.js";
import { toggle } from "../grid/verdicts.js";
import { likeWords } from "../grid/witnesses.js";
import { heatView, stage } from "../../heatmap/heatmap.js";
import { HeatPanel } from "../../heatmap/panel.js";
import { partButtons, partPainter } from "./accept_part.js";

/** @typedef {{ id: string, heat: HeatPanel, part: PartPainter, node: HTMLElement }} Plate */

/** @type {HTMLDialogElement} made when it is opened first, with what is in it */
let dialog;
/** @type {HTMLElement} */
let pictures;
/** @type {HTMLElement} */
let facts;
/** @type {Plate | null} the picture that is shown, with its layers */
let main = null;
let comparing = false;

export const lightbox = () => Boolean(dialog?.open);
export const painting = () => lightbox() && Boolean(main?.part.painting());

/**
 * @param {string} id
 * @param {{ beside?: boolean, part?: boolean, heat?: boolean }} [options]
 */
export function enlarge(id, { beside = false, part = false, heat = false } = {}) {
  if (!state.candidates.has(id)) return;
  comparing = beside;
  setFocus(id, "lightbox");
  if (!dialog) build();
  if (!dialog.open) dialog.showModal();
  fill();
  if (part) main?.part.start();
  if (heat && !heatView.on) toggleHeat();
}

/** @param {string | null} id */
export function compare(id) {
  if (!id) return;
  if (!lightbox()) return enlarge(id, { beside: true });
  comparing = !comparing;
  return fill();
}

export const turn = () => fill();
export const toggleHeat = () => main?.heat.toggle();
export const acceptPart = () => main?.part.accept();

/**
 * Start to paint a part of a picture.
 * @param {string | null} id
 */
export function paintPart(id) {
  if (!id) return;
  if (!lightbox()) return enlarge(id, { part: true });
  return main?.part.start();
}

/** Leave the painting, or else close the enlarged view. */
export function close() {
  if (painting()) return main?.part.leave();
  return dialog && closeDialog();
}

/** Close and clean up now, not on the asynchronous close event; focus the tile of the last shown picture. */
function closeDialog() {
  const id = state.focus;
  dialog.close();
  drop();
  setFocus(id, "keys");
}

function build() {
  pictures = el("div", { class: "lightbox-pictures" });
  facts = el("div", { class: "lightbox-facts" });
  dialog = document.body.appendChild(
    el("dialog", { class: "studio lightbox", "aria-label": "Enlarged picture" }, pictures, facts),
  );
  dialog.addEventListener("click", (event) => event.target === dialog && !painting() && close());
  dialog.addEventListener("cancel", (event) => {
    if (painting()) event.preventDefault();
  });
  whenClosed(dialog, () => main && closeDialog()); // closed by the browser, for example with Esc
  on("verdicts", (ids) => {
    if (lightbox() && ids.has(state.focus ?? "")) fill();
  });
  on("job busy", () => lightbox() && main?.heat.refresh());
  on("forget", () => lightbox() && closeDialog());
}

function drop() {
  main?.part.remove();
  main?.heat.remove();
  main = null;
  facts.replaceChildren();
}

function fill() {
  const id = state.focus;
  const candidate = state.candidates.get(id ?? "");
  if (!candidate) return closeDialog();
  if (main?.id !== candidate.id) {
    drop();
    main = candidatePlate(candidate);
  }
  const beside = comparing
    ? (state.project?.references ?? []).map((r) => plate(reference(r.id), r.prompt, "Reference"))
    : [];
  pictures.dataset.beside = beside.length > 1 ? "many" : beside.length ? "yes" : "no";
  const wanted = [main.node, ...beside];
  if (pictures.children.length !== wanted.length || pictures.firstChild !== main.node)
    pictures.replaceChildren(...wanted);
  main.part.show();
  return showFacts(main, candidate);
}

/**
 * @param {Candidate} candidate
 * @returns {Plate}
 */
function candidatePlate(candidate) {
  const { id } = candidate;
  const place = stage(el("img", { src: picture(id), alt: candidate.prompt, draggable: false }));
  const heat = new HeatPanel(place, { owner: id, judge: true, kinds: heatKinds(candidate) });
  const part = partPainter(place, id, () => {
    if (lightbox() && main?.id === id) showFacts(main, candidate);
  });
  const words = el("figcaption", {}, sentence(likeWords(candidate)) || "This picture");
  return { id, heat, part, node: el("figure", {}, place, words, part.node, heat.node) };
}

/**
 * The maps of a candidate: where it shows the reference, if it was compared; and how like it each area is.
 * @param {Candidate} candidate
 * @returns {Offer[]}
 */
const heatKinds = ({ compared }) => [
  ...(compared ? [SHOWN] : []),
  { kind: "quality", label: compared ? "Every likeness" : "Heat map", name: "Likeness to the reference" },
];
/** @type {Offer} */
const SHOWN = {
  kind: "shown",
  label: "Where it shows the reference",
  name: "How much of the reference it shows",
  title: "H: which areas look like the reference, apart from what the style shares",
};

/** @param {string} words */
const sentence = (words) => words.charAt(0).toUpperCase() + words.slice(1);

/**
 * @param {string} src
 * @param {string} prompt
 * @param {string} caption
 */
const plate = (src, prompt, caption) =>
  el("figure", {}, el("img", { src, alt: prompt }), el("figcaption", {}, caption));

/**
 * @param {Plate} plate
 * @param {Candidate} candidate
 */
function showFacts({ id, part }, candidate) {
  const focused = focusedIn(facts)?.dataset.action;
  const score = state.scoreOf.get(candidate.anchor_id);
  const next = el(
    "div",
    { class: facts.className },
    el("h2", {}, candidate.prompt),
    el(
      "dl",
      {},
      ...figures(candidate, score).flatMap(([name, value, title]) => [
        el("dt", { title }, name),
        el("dd", {}, value),
      ]),
    ),
    ...(score?.reason ? [el("p", { class: "lightbox-why" }, score.reason)] : []),
    ...(score?.suggested === id && score.why
      ? [el("p", { class: "lightbox-why" }, `Why this picture: ${score.why}`)]
      : []),
    ...(part.painting() ? partButtons(part) : [verdictButtons(id, part)]),
  );
  if (facts.isEqualNode(next)) return; // replacing a pressed button would lose its click event
  facts.replaceChildren(...next.childNodes);
  if (focused && focusOn(`[data-action="${focused}"]:not(:disabled)`)) return;
  if (document.activeElement === dialog || !dialog.contains(document.activeElement))
    focusOn("[data-action=accept]");
}

/**
 * Focus the first match in the facts; returns whether there is one.
 * @param {string} selector
 */
function focusOn(selector) {
  const node = facts.querySelector(selector);
  if (node instanceof HTMLElement) node.focus();
  return Boolean(node);
}

/**
 * @param {string} id
 * @param {PartPainter} part
 */
function verdictButtons(id, part) {
  const verdict = verdictOf(id);
  const inPart = verdict === "accepted" && state.masks.has(id);
  /**
   * @param {string} action
   * @param {string} label
   * @param {boolean | null} pressed
   * @param {() => unknown} act
   * @param {string} key
   */
  const button = (action, label, pressed, act, key) =>
    el(
      "button",
      {
        type: "button",
        class: "button",
        "aria-pressed": pressed === null ? null : String(pressed),
        data: { action },
        on: { click: act },
        title: key,
      },
      label,
    );
  return el(
    "div",
    { class: "lightbox-buttons" },
    button(
      "accept",
      verdict !== "accepted" ? "Accept" : inPart ? "◐ Accepted in part" : "✓ Accepted",
      verdict === "accepted",
      () => toggle(id, "accepted"),
      "A",
    ),
    button(
      "reject",
      verdict === "rejected" ? "✕ Rejected" : "Reject",
      verdict === "rejected",
      () => toggle(id, "rejected"),
      "R",
    ),
    button(
      "part",
      inPart ? "Change the part" : "Accept in part…",
      null,
      () => part.start(),
      "P: paint what is right",
    ),
    button(
      "compare",
      comparing ? "Hide the reference" : "Compare with the reference",
      comparing,
      () => compare(id),
      "C",
    ),
    button("close", "Close", null, close, "Esc"),
  );
}
