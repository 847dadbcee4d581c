/** The candidates of one test prompt, below a header with its scores. */
/** @import { Anchor, Score } from "payloads" */
import { el } from "../../kit/dom.js";
import { Button, html } from "../../kit/html.js";
import { render } from "../../vendor/preact.min.js";
import { isJudged } from "../../app/store.js";
import { copiesOf, uncertainty, uncertaintyTitle } from "../../kit/format.js";

/**
 * A tile with the id and index of its candidate; `place` orders those of a group, the strongest first.
 * @typedef {{ index: number, id: string, node: HTMLElement, place: number }} PlacedTile
 * @typedef {{ index: number, node: HTMLElement, id?: string }} Cell
 * @typedef {Pick<Anchor, "id" | "prompt" | "head" | "tail">} Named
 * @typedef {{ node: HTMLElement, head: HTMLElement, body: HTMLElement, anchor: Named,
 *   tiles: PlacedTile[], waiting: Cell[] }} Group
 */

/**
 * @param {Named} anchor
 * @returns {Group}
 */
export function makeGroup(anchor) {
  const head = el("h3", { class: "group-head" });
  const body = el("div", { class: "tiles", role: "group", "aria-label": anchor.prompt });
  const node = el("section", { class: "group", data: { anchor: anchor.id } }, head, body);
  return { node, head, body, tiles: [], waiting: [], anchor };
}

/**
 * What a head shows: the score of its test prompt once there is one, whether a person has yet to say of all
 * images that they are copies, whether more can be generated, and whether Tab reaches the button for it.
 * @typedef {{ anchor: Named, score: Score | undefined, isOpen: boolean, rank: number | null,
 *   canGrow: boolean, isStop: boolean, onNone: () => void, onMore: () => void }} Shown
 */

/**
 * @param {Group} group
 * @param {Omit<Shown, "anchor">} shown
 */
export function showHead({ anchor, head, node }, shown) {
  node.dataset.chosen = shown.score?.chosen ? "yes" : "no";
  render(html`<${Head} anchor=${anchor} ...${shown} />`, head);
}

/**
 * Rank, copy rate and entropy of a test prompt. Where all images count as copies and nobody looked, it says
 * so and offers to correct it.
 * @param {Shown} props
 */
function Head({ anchor, score, rank: number, isOpen, canGrow, isStop, onNone, onMore }) {
  const judged = isJudged();
  const asks = Boolean(score && isOpen && judged && score.n > 0 && score.copies === score.n);
  const rank = judged ? number : null;
  const told = judged ? score : undefined;
  const place = rank ? `Place ${rank}: where your choice helps most comes first` : "Not ranked yet";
  return html`<span class="rank" title=${place}>${rank || "·"}</span>
    <span class="prompt" dir="auto" translate=${false} title=${anchor.prompt}>
      <b>${anchor.head}</b>${anchor.tail && ` ${anchor.tail}`}
    </span>
    <span class="facts">
      <${Button}
        class="link more" tabIndex=${isStop ? 0 : -1} hidden=${!canGrow} onClick=${onMore}
        title="Generate three more images of this test prompt"
      >Generate more<//>
      <span class="plain" title=${score?.reason}>
        ${score && !asks && (judged ? score.brief : score.reason)}
      </span>
      <span class="copies">
        ${told && (asks ? asked(told.n) : copiesOf(told.copies, told.n))}
      </span>
      <span class="entropy" title=${told && uncertaintyTitle(told.entropy)}>
        ${told && `uncertainty: ${uncertainty(told.entropy)}`}
      </span>
      <span class="note" title=${score?.reason}>${score?.chosen && "suggested"}</span>
      <${Button}
        class="button small none" hidden=${!asks} onClick=${onNone}
        title="Mark all images of this row as not copies"
      >Not copies<//>
    </span>`;
}

/** @param {number} n pictures, all of which count as copies */
export const asked = (n) => (n === 1 ? "The only image looks like a copy." : `All ${n} look like copies.`);

/**
 * Insert a tile: from strong to gentle, then in order of index; a person's own images come last.
 * @param {Group} group
 * @param {HTMLElement} node
 * @param {{ id: string, index: number, strength: number, own: boolean }} candidate
 */
export function insertTile(group, node, { id, index, strength, own }) {
  const tile = { index, id, node, place: own ? 1 : -strength };
  const others = group.tiles.filter((one) => one.index !== index);
  group.tiles = [...others, tile].sort((a, b) => a.place - b.place || a.index - b.index);
}

/**
 * Add or remove placeholders to match the pictures that come next.
 * @param {Group} group
 * @param {readonly number[]} coming their indices
 */
export function fillWaiting(group, coming) {
  const there = new Set(group.tiles.map(({ index }) => index));
  const before = group.waiting.map(({ node }) => node);
  group.waiting = coming
    .filter((index) => !there.has(index))
    .map((index, i) => ({
      index,
      node: before[i] ?? el("span", { class: "waiting", "aria-hidden": "true" }),
    }));
}
