/** The tile of a candidate: its picture, its marks and its accessible name. */
/** @import { Candidate, Verdict } from "payloads" */
import { state, verdictOf } from "../../app/store.js";
import { above, el, find, makeButton, setAttribute } from "../../kit/dom.js";
import { picture, thumbnail } from "../../app/urls.js";
import { copyWords } from "./copy_words.js";
import { strengthWords } from "./strengths.js";

const ARRIVING = 400; // ms
/** @type {Partial<Record<Verdict, string>>} */
const SAYS = { accepted: "accepted", rejected: "rejected" };
/**
 * Text of the remarks on how a picture was generated.
 * @type {Partial<Record<string, string>>}
 */
export const REMARKS = {
  redrawn: "generated again in full precision",
  flat: "one flat color, also in full precision",
};

/**
 * The button of a tile.
 * @param {Element} tile
 */
export const faceOf = (tile) => find(tile, ".tile-face", HTMLButtonElement);

/**
 * @param {Candidate} candidate
 * @param {boolean} [large] whether a thumbnail is too small
 */
export function makeTile(candidate, large = false) {
  const image = el("img", { loading: "lazy", decoding: "async", alt: "", draggable: false });
  image.src = large ? picture(candidate.id) : thumbnail(candidate.id);
  const face = el("button", { type: "button", class: "tile-face", tabIndex: -1 }, image);
  if (!candidate.own) face.dataset.strength = strengthWords(candidate);
  const note = el("figcaption", { class: "tile-note", "aria-hidden": "true" });
  const node = el("figure", { class: "tile", data: { id: candidate.id } }, face, note);
  if (candidate.remark) Object.assign(node.dataset, { remark: candidate.remark });
  markTile(node, candidate);
  return node;
}

/**
 * Let a picture that was just drawn fade in; once, not whenever its tile comes back into the page.
 * @param {HTMLElement} tile
 */
export function arrive(tile) {
  tile.dataset.new = "";
  setTimeout(() => delete tile.dataset.new, ARRIVING);
}

/**
 * Show the whole picture where a thumbnail is too small.
 * @param {HTMLElement} node
 * @param {string} id
 * @param {boolean} large
 */
export function showPicture(node, id, large) {
  const image = find(node, ".tile-face img", HTMLImageElement);
  image.src = large ? picture(id) : thumbnail(id);
}

/**
 * Update the marks: sets attributes that CSS renders.
 * @param {HTMLElement} node
 * @param {Candidate} candidate
 */
export function markTile(node, candidate) {
  const verdict = verdictOf(candidate.id);
  const suggested = state.suggested.has(candidate.id);
  setAttribute(node, "data-verdict", verdict === "undecided" ? null : verdict);
  setAttribute(node, "data-region", verdict === "accepted" && state.masks.has(candidate.id) ? "" : null);
  setAttribute(node, "data-suggested", suggested ? "" : null);
  setAttribute(node, "data-copy", candidate.copy_by || null);
  const face = faceOf(node);
  const tags = (state.tags.get(candidate.id) ?? []).map((tag) => `#${tag}`);
  setAttribute(face, "data-tags", tags.join(" ") || null);
  setAttribute(face, "aria-label", describe(candidate, verdict, suggested));
  setAttribute(face, "aria-pressed", String(verdict === "accepted"));
}

/**
 * @param {Candidate} candidate
 * @param {Verdict} verdict
 * @param {boolean} suggested
 */
function describe(candidate, verdict, suggested) {
  return [
    `${candidate.prompt}, ${candidate.own ? "your own image" : `image ${candidate.index + 1}`}`,
    copyWords(candidate, state.project?.kind) || null,
    REMARKS[candidate.remark] ?? null,
    suggested ? "suggested" : null,
    ...(state.tags.get(candidate.id) ?? []).map((tag) => `#${tag}`),
    verdict === "accepted" && state.masks.has(candidate.id) ? "accepted in part" : SAYS[verdict],
  ]
    .filter(Boolean)
    .join(", ");
}

/** @type {HTMLElement | null} the face that Tab reaches; it may be out of the window that is drawn */
let tabStop = null;

/**
 * Roving tabindex: one tile is in the tab order, the focused one, or else the first that is drawn.
 * @param {HTMLElement} grid
 * @param {HTMLElement | undefined} focused
 */
export function setTabStop(grid, focused) {
  const stop = focused?.isConnected ? focused : grid.querySelector(".tile");
  const face = stop ? faceOf(stop) : null;
  if (face === tabStop) return;
  tabStop?.setAttribute("tabindex", "-1");
  face?.setAttribute("tabindex", "0");
  tabStop = face;
}

/**
 * The hover buttons: one set, moved between tiles.
 * @param {Record<"accept" | "reject" | "enlarge", (id: string) => void>} acts
 */
export function makeTools({ accept, reject, enlarge }) {
  /**
   * @param {string} label
   * @param {string} glyph
   * @param {string} name
   * @param {(id: string) => void} act
   */
  const button = (label, glyph, name, act) =>
    makeButton(
      { class: `tool ${name}`, "aria-label": label, title: label, tabIndex: -1 },
      (event) => {
        event.stopPropagation();
        act(above(event.target, ".tile")?.getAttribute("data-id") ?? "");
      },
      glyph,
    );
  return el(
    "span",
    { class: "tools" },
    button("Accept (A)", "✓", "accept", accept),
    button("Reject (R)", "✕", "reject", reject),
    button("Enlarge (Space)", "⤢", "enlarge", enlarge),
  );
}
