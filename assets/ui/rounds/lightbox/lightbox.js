/** The enlarged view of a picture: facts, scores, heatmap and brush, and a comparison with the reference. */
/** @import { PartPainter } from "./accept_part.js" */
/** @import { Candidate } from "payloads" */
import { state, on, verdictOf, setFocus } from "../../app/store.js";
import { el, focusedIn, replaceKept, setText, typing, whenClosed } from "../../kit/dom.js";
import { unbroken } from "../../kit/format.js";
import { html } from "../../kit/html.js";
import { render } from "../../vendor/preact.min.js";
import { picture } from "../../app/urls.js";
import { figures } from "./figures.js";
import { heatKinds } from "./heat_kinds.js";
import { neighbour, openPictures } from "../grid/neighbours.js";
import { copyWords } from "../grid/copy_words.js";
import { Bar } from "./bar.js";
import { heatView, stage } from "../../heatmap/heatmap.js";
import { HeatPanel } from "../../heatmap/panel.js";
import { uncoverWhile } from "../../heatmap/uncover.js";
import { PAINTING, PartButtons, partPainter } from "./accept_part.js";
import { comparing, comparison, startComparing, stopComparing } from "./compare.js";
import { VerdictButtons } from "./verdict_buttons.js";
import { WeightField } from "./weight.js";
import { applyAll, resetZoom, toggleOwnSize, zoomFrame } from "./zoom.js";

/**
 * @typedef {{ id: string, heat: HeatPanel, part: PartPainter, place: HTMLElement, says: HTMLElement,
 *   node: HTMLElement }} Pane
 */

/** @type {HTMLDialogElement} made when it is opened first, with what is in it */
let dialog;
/** @type {HTMLElement} */
let pictures;
/** @type {HTMLElement} */
let bar;
/** @type {ReturnType<typeof comparison>} */
let others;
/** @type {HTMLElement} */
let facts;
/** @type {Pane | null} the picture that is shown, with its layers */
let main = null;
let fills = 0;
let byTab = false; // whether Tab led to what has the focus: only then do keys press it

/** Was a button of the large view chosen with Tab? Any other has the focus from a click, maybe long ago. */
export const buttonChosen = () => byTab;

/** No button has the focus at first: a key that is pressed twice must not decide. */
function focusPicture() {
  byTab = false;
  dialog.focus({ preventScroll: true });
}

export const lightbox = () => Boolean(dialog?.open);
export const painting = () => lightbox() && Boolean(main?.part.painting());

/**
 * @param {string} id
 * @param {{ beside?: boolean, part?: boolean, heat?: boolean }} [options]
 */
export function enlarge(id, { beside = false, part = false, heat = false } = {}) {
  if (!state.candidates.has(id)) return;
  if (!dialog) build();
  const chosen = [...state.selection].filter((other) => other !== id);
  stopComparing();
  if (beside) startComparing(state.selection.has(id) ? chosen : []);
  setFocus(id, "lightbox");
  const opens = !dialog.open;
  if (opens) dialog.showModal();
  fill();
  if (opens) focusPicture();
  if (part) main?.part.start();
  if (heat && !heatView.on) toggleHeat();
}

/**
 * Compare a picture with the references, or the selected pictures; again: leave the comparison.
 * @param {string | null} id
 */
export function compare(id) {
  const chosen = openPictures()
    .flat()
    .filter((one) => state.selection.has(one));
  const main = chosen.length > 1 && !state.selection.has(id ?? "") ? chosen[0] : (id ?? chosen[0]);
  if (!main) return;
  if (!lightbox()) return enlarge(main, { beside: true });
  if (comparing()) stopComparing();
  else startComparing();
  return fill();
}

export const turn = () => fill();
export const toggleZoom = () => painting() || toggleOwnSize();
export const flicker = () => painting() || others.flicker();

/** @param {1 | -1} step */
function turnTo(step) {
  const id = neighbour(step);
  if (!id) return;
  setFocus(id, "lightbox");
  fill();
}
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

/** What Back and Forward do with the enlarged picture. */
export const picturePlace = {
  now: () => (lightbox() ? state.focus : null),
  /** @param {string} id */
  open: (id) => {
    if (!state.candidates.has(id)) return false;
    if (!lightbox() || state.focus !== id) enlarge(id);
    return true;
  },
  close: () => closeDialog(),
};

/** Close and clean up now, not on the asynchronous close event; focus the tile of the last shown picture. */
function closeDialog() {
  const id = state.focus;
  dialog.close();
  drop();
  setFocus(id, "keys");
}

function build() {
  pictures = el("div", { class: "lightbox-pictures" });
  others = comparison(() => fill());
  bar = el("div", { class: "lightbox-turns" });
  facts = el("div", { class: "lightbox-facts" });
  const shown = el(
    "div",
    { class: "lightbox-main" },
    el("div", { class: "lightbox-bar" }, bar, others.bar),
    pictures,
  );
  dialog = document.body.appendChild(
    el("dialog", { class: "studio lightbox", "aria-label": "Enlarged image", tabindex: "-1" }, shown, facts),
  );
  dialog.addEventListener("click", (event) => event.target === dialog && !painting() && close());
  dialog.addEventListener("keydown", ({ key }) => {
    if (key === "Tab") byTab = true;
  });
  dialog.addEventListener("pointerdown", () => {
    byTab = false;
  });
  dialog.addEventListener("cancel", (event) => {
    if (painting()) event.preventDefault();
  });
  whenClosed(dialog, () => main && closeDialog()); // closed by the browser, for example with Esc
  on("verdicts", (ids) => {
    if (lightbox() && ids.has(state.focus ?? "")) fill();
  });
  on("candidates", (items) => {
    if (lightbox() && items.some(({ id }) => id === state.focus)) fill();
  });
  dialog.addEventListener("zoom", () => showBar());
  on("weights scores", () => lightbox() && !typing(document.activeElement) && fill());
  on("job busy", () => lightbox() && main?.heat.refresh());
  on("forget", () => lightbox() && closeDialog());
}

function drop() {
  stopPart();
  stopComparing();
  resetZoom();
}

function stopPart() {
  main?.part.remove();
  main?.heat.remove();
  main = null;
  render(null, facts);
}

async function fill() {
  fills += 1;
  const own = fills;
  const id = state.focus;
  const candidate = state.candidates.get(id ?? "");
  if (!candidate) return closeDialog();
  if (main?.id !== candidate.id) {
    stopPart();
    main = candidatePlate(candidate);
  }
  const now = main;
  showFacts(now, candidate);
  showBar();
  if (pictures.firstChild !== now.node) pictures.replaceChildren(now.node);
  now.part.show();
  const beside = await others.show(candidate, now.place);
  if (own !== fills || main !== now) return;
  const plates = 1 + beside.filter((node) => !node.matches(".compare-choice")).length;
  pictures.dataset.plates = String(plates);
  const wanted = [now.node, ...beside];
  if (wanted.some((node, i) => pictures.children[i] !== node) || pictures.children.length !== wanted.length)
    replaceKept(pictures, wanted, ".compare-source");
  applyAll();
}

/**
 * @param {Candidate} candidate
 * @returns {Pane}
 */
function candidatePlate(candidate) {
  const { id } = candidate;
  const place = stage(el("img", { src: picture(id), alt: candidate.prompt, draggable: false }));
  const heat = new HeatPanel(place, { owner: id, judge: true, kinds: heatKinds(candidate) });
  const uncover = uncoverWhile(() => Boolean(part.painting()), heat);
  const part = partPainter(place, id, () => {
    if (part.painting()) resetZoom();
    uncover();
    if (!lightbox() || main?.id !== id) return;
    showFacts(main, candidate);
    showBar();
  });
  const says = el("figcaption", {});
  const frame = zoomFrame(place, painting);
  return { id, heat, part, place, says, node: el("figure", {}, frame, says, part.node, heat.node) };
}

/** @param {string} words */
const sentence = (words) => words.charAt(0).toUpperCase() + words.slice(1);

/**
 * @param {Pane} pane
 * @param {Candidate} candidate
 */
function showFacts({ part, says }, candidate) {
  const usual = sentence(copyWords(candidate, state.project?.kind)) || "This image";
  setText(says, part.painting() ? PAINTING : usual);
  says.toggleAttribute("data-painting", part.painting());
  const held = focusedIn(facts);
  render(html`<${Facts} candidate=${candidate} part=${part} />`, facts);
  if (held && (!held.isConnected || held.matches(":disabled"))) focusPicture();
}

/** @param {{ candidate: Candidate, part: PartPainter }} props */
function Facts({ candidate, part }) {
  const { id, prompt } = candidate;
  const score = state.scoreOf.get(candidate.anchor_id);
  const why = score?.suggested === id ? score.why : "";
  return html`<h2 translate=${false}>${prompt}</h2>
    ${score?.reason && html`<p class="lightbox-why">${unbroken(score.reason)}</p>`}
    ${why && html`<p class="lightbox-why">Why this image: ${why}</p>`}
    <dl>${figures(candidate, score).map(
      ([name, value, title]) => html`<dt title=${title}>${name}</dt><dd>${value}</dd>`,
    )}</dl>
    ${verdictOf(id) === "accepted" && !part.painting() && html`<${WeightField} id=${id} />`}
    ${
      part.painting()
        ? html`<${PartButtons} part=${part} />`
        : html`<${VerdictButtons} ...${{ id, part, compare, close }} />`
    }`;
}

/** The bar above the picture, and there the choice how to compare. */
function showBar() {
  render(html`<${Bar} turnTo=${turnTo} toggleZoom=${toggleZoom} painting=${painting()} />`, bar);
  others.bar.hidden = !comparing();
}
