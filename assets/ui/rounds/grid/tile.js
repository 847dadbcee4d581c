/** The tile of a candidate: its picture, its marks, its accessible name, and its buttons. */
/** @import { Candidate, Verdict } from "payloads" */
import { drawing, state, verdictOf } from "../../app/store.js";
import { picture, thumbnail } from "../../app/urls.js";
import { decimal, strengthOf } from "../../kit/format.js";
import { Button, html } from "../../kit/html.js";
import { useEffect, useState } from "../../vendor/preact.min.js";
import { signal, useComputed } from "../../vendor/signals.min.js";
import { orderInUse, scoreValue, withoutArticle } from "../desk/desk.js";
import { enlarge } from "../lightbox/lightbox.js";
import { copyWords, REMARKS } from "./copy_words.js";
import { isFlat } from "./parts.js";
import { ring } from "./ring.js";
import { toggle } from "./verdicts.js";

const ARRIVING = 400; // ms
/** @type {Partial<Record<Verdict, string>>} */
const SAYS = { accepted: "accepted", rejected: "rejected" };
/** The picture under the pointer, which has the buttons. */
export const pointed = signal(/** @type {string | null} */ (null));

/** @param {string} id */
const tagsOf = (id) => (state.tags.get(id) ?? []).map((tag) => `#${tag}`);

/**
 * `isLarge`: a thumbnail is too small; `isStop`: Tab reaches it.
 * @param {{ id: string, isLarge: boolean, isStop: boolean }} props
 */
export function Tile({ id, isLarge, isStop }) {
  const candidate = state.candidates.get(id);
  const isRinged = useComputed(() => ring.value === id);
  const isPointed = useComputed(() => pointed.value === id);
  const [isNew, arrive] = useState(drawing); // it fades in
  useEffect(() => {
    const timer = setTimeout(() => arrive(false), ARRIVING);
    return () => clearTimeout(timer);
  }, []);
  if (!candidate) return null;
  const verdict = verdictOf(id);
  const isPart = verdict === "accepted" && state.masks.has(id);
  return html`<figure
    class="tile" data-id=${id} data-remark=${candidate.remark || null} data-new=${isNew ? "" : null}
    data-verdict=${verdict === "undecided" ? null : verdict} data-region=${isPart ? "" : null}
    data-suggested=${state.suggested.has(id) ? "" : null} data-copy=${candidate.copy_by || null}
    data-selected=${state.selection.has(id) ? "" : null} data-ring=${isRinged.value ? "" : null}
  >
    <button
      type="button" class="tile-face" tabIndex=${isStop ? 0 : -1}
      aria-label=${describe(candidate, verdict, isPart)} aria-pressed=${String(verdict === "accepted")}
      data-tags=${tagsOf(id).join(" ") || null}
      data-strength=${candidate.own ? null : strengthOf(candidate)}
    ><img
      loading="lazy" decoding="async" alt="" draggable=${false} src=${isLarge ? picture(id) : thumbnail(id)}
    /></button>
    <figcaption class="tile-note" aria-hidden="true">${isFlat.value && caption(candidate)}</figcaption>
    ${isPointed.value && html`<${Tools} id=${id} />`}
  </figure>`;
}

/** The test prompt and the score by which a list of all images is ordered. @param {Candidate} candidate */
function caption(candidate) {
  const value = scoreValue(candidate, orderInUse());
  return html`<span>${withoutArticle(candidate.head)}</span>
    <b>${value === undefined ? "" : decimal(value, 3)}</b>`;
}

/**
 * @param {Candidate} candidate
 * @param {Verdict} verdict
 * @param {boolean} isPart
 */
const describe = (candidate, verdict, isPart) =>
  [
    `${candidate.prompt}, ${candidate.number}`,
    copyWords(candidate, state.project?.kind) || null,
    REMARKS[candidate.remark] ?? null,
    state.suggested.has(candidate.id) ? "suggested" : null,
    ...tagsOf(candidate.id),
    isPart ? "accepted in part" : SAYS[verdict],
  ]
    .filter(Boolean)
    .join(", ");

/** @type {[name: string, label: string, glyph: string, act: (id: string) => unknown][]} */
const TOOLS = [
  ["accept", "Accept (A)", "✓", (id) => toggle(id, "accepted")],
  ["reject", "Reject (R)", "✕", (id) => toggle(id, "rejected")],
  ["enlarge", "Enlarge (Space)", "⤢", (id) => enlarge(id)],
];

/** The buttons of the picture under the pointer. @param {{ id: string }} props */
const Tools = ({ id }) =>
  html`<span class="tools">${TOOLS.map(([name, label, glyph, act]) => {
    const press = (/** @type {Event} */ event) => {
      event.stopPropagation(); // it does not select the image as well
      act(id);
    };
    return html`<${Button}
    key=${name} class="tool ${name}" aria-label=${label} title=${label} tabIndex=${-1} onClick=${press}
  >${glyph}<//>`;
  })}</span>`;
