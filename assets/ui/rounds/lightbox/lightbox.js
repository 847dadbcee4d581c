/** The enlarged view of a picture: facts, scores, heatmap and brush, and a comparison with the reference. */
/** @import { Candidate } from "payloads" */
/** @import { Offer } from "../../heatmap/panel.js" */
import { setFocus, state, verdictOf, whenever } from "../../app/store.js";
import { picture } from "../../app/urls.js";
import { BrushLayer } from "../../brush/layer.js";
import { BrushBar } from "../../brush/toolbar.js";
import { flipHeat, heatView, useHeat } from "../../heatmap/panel.js";
import { Dialog } from "../../kit/dialog.js";
import { focusedIn } from "../../kit/dom.js";
import { figures as withFigures } from "../../kit/figures.js";
import { unbroken } from "../../kit/format.js";
import { Button, html, useKeptFocus } from "../../kit/html.js";
import { EnlargedImage, SharpenedButton } from "../../kit/sharpened.js";
import { useEffect, useLayoutEffect, useRef } from "../../vendor/preact.min.js";
import { signal } from "../../vendor/signals.min.js";
import { copyWords } from "../grid/copy_words.js";
import { toggleCopies } from "../grid/mark_copies.js";
import { neighbour, openPictures } from "../grid/parts.js";
import { toggle } from "../grid/verdicts.js";
import { AcceptedPart, leavePart, PAINTING, part, PartButtons, startPart } from "./accept_part.js";
import { comparing, startComparing, stopComparing, useComparison } from "./compare.js";
import { figures } from "./figures.js";
import { WeightField } from "./weight.js";
import { resetZoom, toggleOwnSize, ZoomFrame, zoomWords } from "./zoom.js";

const dialog = new Dialog("lightbox", {
  light: () => !painting(),
  closed: () => {
    leavePart();
    stopComparing();
    resetZoom();
    setFocus(shown.value, "keys"); // on its tile, and not on the one that the dialog was opened from
  },
});
const shown = signal(/** @type {string | null} */ (null));

export const lightbox = () => dialog.isOpen;
export const painting = () => part.value !== null;
export const toggleZoom = () => painting() || toggleOwnSize();
export const toggleHeat = () => flipHeat(heatView);

/**
 * @param {string} id
 * @param {{ beside?: boolean, part?: boolean, heat?: boolean }} [options]
 */
export function enlarge(id, { beside = false, part: paints = false, heat = false } = {}) {
  if (!state.candidates.has(id)) return;
  const chosen = [...state.selection].filter((other) => other !== id);
  stopComparing();
  if (beside) startComparing(state.selection.has(id) ? chosen : []);
  setFocus(id, "lightbox");
  // no button has the focus at first: a key that is pressed twice must not decide
  if (!dialog.isOpen) dialog.open("Enlarged image", html`<${Lightbox} />`).focus({ preventScroll: true });
  if (paints) paintPart(id);
  if (heat && !heatView.value.on) toggleHeat();
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
  if (!lightbox()) enlarge(main, { beside: true });
  else if (comparing()) stopComparing();
  else startComparing();
}

/** @param {1 | -1} step */
function turnTo(step) {
  const id = neighbour(step);
  if (id) setFocus(id, "lightbox");
}

/** @param {string | null} id */
export function paintPart(id) {
  if (!id) return;
  if (lightbox()) startPart(id, () => lightbox() && state.focus === id);
  else enlarge(id, { part: true });
}

/** Leave the painting, or else close the enlarged view. */
export function close() {
  if (painting()) leavePart();
  else dialog.close();
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
  close: () => dialog.close(),
};

function Lightbox() {
  const candidate = state.candidates.get(state.focus ?? "");
  useLayoutEffect(
    () =>
      whenever(
        () => state.candidates.has(state.focus ?? ""),
        (isThere) => isThere || dialog.close(), // at once: the address names what is open
      ),
    [],
  );
  return candidate ? html`<${Enlarged} candidate=${candidate} />` : null;
}

/** @param {{ candidate: Candidate }} props */
function Enlarged({ candidate }) {
  const pictures = useRef(/** @type {HTMLElement | null} */ (null));
  const { bar, beside } = useComparison(candidate);
  useKeptFocus(pictures.current, "data-slot");
  useLayoutEffect(() => {
    shown.value = candidate.id; // at once: a key may close the view before the next paint
    return leavePart;
  }, [candidate.id]);
  return html`<div class="lightbox-main">
      <div class="lightbox-bar"><${Turns} />${bar}</div>
      <div class="lightbox-pictures" data-plates=${beside.length + 1} ref=${pictures}>
        <${Pane} key="of ${candidate.id}" candidate=${candidate} />
        ${beside}
      </div>
    </div>
    <${Facts} candidate=${candidate} />`;
}

const ZOOM = "Image at its own size, or fitted (Z); the wheel zooms, dragging moves";

/** The bar over an enlarged picture: previous and next, its place in the list, zoom. */
function Turns() {
  const flat = openPictures().flat();
  const at = flat.indexOf(state.focus ?? "");
  /**
   * @param {1 | -1} step
   * @param {string} glyph
   * @param {string} words
   */
  const turn = (step, glyph, words) => html`<${Button}
    class="button small turn" title=${words} aria-label=${words} disabled=${!neighbour(step) || painting()}
    onClick=${() => turnTo(step)}
  >${glyph}<//>`;
  return html`${turn(-1, "‹", "Previous image (←)")}
    <span class="lightbox-place" role="status">${at < 0 ? "" : `${at + 1} of ${flat.length}`}</span>
    ${turn(1, "›", "Next image (→)")}
    <${Button} title=${ZOOM} disabled=${painting()} onClick=${toggleZoom}>${zoomWords()}<//>
    <${SharpenedButton} />`;
}

/** @param {string} words */
const sentence = (words) => words.charAt(0).toUpperCase() + words.slice(1);

/** @type {Offer} */
const COPIED = {
  kind: "shown",
  label: "Where it copies",
  name: "How much of the reference it shows",
  ends: ["new", "copied"],
  title: "H: which areas copy the reference",
};

/**
 * The maps of a candidate: where it shows the reference, if it was compared, and how like it each area is.
 * @param {Candidate} candidate
 * @returns {Offer[]}
 */
const heatKinds = ({ compared }) => [
  ...(compared ? [COPIED] : []),
  { kind: "quality", label: compared ? "All likeness" : "Heat map", name: "Likeness to the reference" },
];

/** The enlarged picture, with what lies over it. @param {{ candidate: Candidate }} props */
function Pane({ candidate }) {
  const { id, prompt } = candidate;
  const { layer, subjects, panel } = useHeat({
    owner: id,
    kinds: heatKinds(candidate),
    view: heatView,
    judge: true,
  });
  const brush = part.value?.id === id ? part.value.brush : null;
  const accepted = state.masks.get(id);
  useEffect(() => {
    // a picture that is painted is not covered by its heat map; H shows it in between
    if (!brush || !heatView.value.on) return undefined;
    toggleHeat();
    return () => {
      if (!heatView.value.on) toggleHeat();
    };
  }, [brush]);
  return html`<figure>
    ${subjects}
    <${ZoomFrame} locked=${painting} turn=${turnTo}>
      <${EnlargedImage} src=${picture(id)} alt=${prompt} plain=${comparing()} />
      ${layer}
      ${
        brush
          ? html`<${BrushLayer} key="brush" brush=${brush} name="What is right in this image" focused />`
          : accepted && html`<${AcceptedPart} key=${accepted} id=${id} version=${accepted} />`
      }
    <//>
    <figcaption data-painting=${brush ? "" : null}>${
      brush ? PAINTING : sentence(copyWords(candidate, state.project?.kind)) || "This image"
    }</figcaption>
    ${brush && html`<${BrushBar} brush=${brush} />`}
    ${panel}
  </figure>`;
}

/** A sentence without the scores in its brackets, unless numbers are shown. @param {string} said */
const withoutScores = (said) => (withFigures.value ? said : said.replace(/ \([^)]*%\)/, ""));

/** @param {{ candidate: Candidate }} props */
function Facts({ candidate }) {
  const { id, prompt } = candidate;
  const score = state.scoreOf.get(candidate.anchor_id);
  const why = score?.suggested === id ? withoutScores(score.why) : "";
  const reason = withFigures.value || !score?.plain ? score?.reason : `${score.plain}.`;
  const facts = useRef(/** @type {HTMLElement | null} */ (null));
  const held = facts.current && focusedIn(facts.current);
  useLayoutEffect(() => {
    if (held && (!held.isConnected || held.matches(":disabled"))) held.closest("dialog")?.focus();
  });
  return html`<div class="lightbox-facts" ref=${facts}>
    <h2 translate=${false}>${prompt}</h2>
    ${reason && html`<p class="lightbox-why">${unbroken(reason)}</p>`}
    ${why && html`<p class="lightbox-why">Why this image: ${why}</p>`}
    <dl>${figures(candidate, score).map(
      ([name, value, title]) => html`<dt title=${title}>${name}</dt><dd>${value}</dd>`,
    )}</dl>
    ${verdictOf(id) === "accepted" && !part.value && html`<${WeightField} id=${id} />`}
    ${part.value ? html`<${PartButtons} brush=${part.value.brush} />` : html`<${VerdictButtons} id=${id} />`}
  </div>`;
}

const COMPARE = "C: with the reference, other rounds or any image";

/** @param {{ id: string }} props */
function VerdictButtons({ id }) {
  const verdict = verdictOf(id);
  const copy = Boolean(state.candidates.get(id)?.copy);
  const inPart = verdict === "accepted" && state.masks.has(id);
  const accepted = inPart ? "◐ Accepted in part" : "✓ Accepted";
  /**
   * @param {string} action
   * @param {string} label
   * @param {string} title
   * @param {() => unknown} act
   * @param {boolean} [pressed]
   */
  const button = (action, label, title, act, pressed) => html`<${Button}
    class="button" data-action=${action} title=${title} onClick=${act}
    aria-pressed=${pressed === undefined ? null : String(pressed)}
  >${label}<//>`;
  const [isAccepted, isRejected] = [verdict === "accepted", verdict === "rejected"];
  const [accept, reject] = [isAccepted ? accepted : "Accept", isRejected ? "✕ Rejected" : "Reject"];
  const partly = inPart ? "Change the part" : "Accept in part…";
  const beside = comparing() ? "Stop comparing" : "Compare…";
  const mark = copy ? "Not a copy" : "Mark as a copy";
  return html`<div class="lightbox-buttons">
    ${button("accept", accept, "A", () => toggle(id, "accepted"), isAccepted)}
    ${button("reject", reject, "R", () => toggle(id, "rejected"), isRejected)}
    ${button("part", partly, "B: paint what is right", () => paintPart(id))}
    ${button("compare", beside, COMPARE, () => compare(id), comparing())}
    ${button("copy", mark, "L: mark as copy / not a copy", () => toggleCopies([id]))}
    ${button("close", "Close", "Esc", close)}
  </div>`;
}
