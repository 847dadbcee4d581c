/** The chance of a copy along the strength of the LoRA: small beside a row, large in the panel. */
/** @import { Candidate, Score, TurnCurve } from "payloads" */
import { on, state } from "../../app/store.js";
import { textAt } from "../../kit/chart.js";
import { el, repeats, setAttribute, svg } from "../../kit/dom.js";
import { count } from "../../kit/format.js";
import { strength } from "../grid/strengths.js";

const SMALL = { width: 64, height: 20, left: 1, right: 1, top: 1, bottom: 1 };
const LARGE = { width: 440, height: 108, left: 44, right: 16, top: 8, bottom: 20 };
const DOT = 3;
const ROOM = 34; // pixels from one number to the next
/** @typedef {typeof SMALL} Box */

/** @param {number} value in [0, 1] */
const percent = (value) => `${Math.round(100 * value)}%`;

/**
 * A curve in words, for who does not see it: "Copy risk by LoRA strength: 92% at 1, 4% at 0.4".
 * @param {TurnCurve} turn
 */
export function turnWords({ strengths, mean }) {
  const parts = strengths.map((value, i) => `${percent(mean[i])} at ${strength(value)}`);
  return `Copy risk by LoRA strength: ${parts.join(", ")}`;
}

/**
 * Which images of a prompt are copies, as they were judged and not as the curve is fitted:
 * "3 of 10 are copies, at strength 0.88 and above."
 * @param {Pick<Candidate, "copy" | "strength">[]} pictures
 */
export function turnsWords(pictures) {
  const copies = pictures.filter(({ copy }) => copy);
  if (!pictures.length) return "";
  if (!copies.length) return `None of ${count(pictures.length, "image")} is a copy.`;
  if (copies.length === pictures.length) return `All ${pictures.length} are copies.`;
  const from = Math.min(...copies.map((one) => one.strength));
  const all = Math.min(...pictures.map((one) => one.strength));
  const where = from > all ? `, at strength ${strength(from)} and above` : ", at any strength";
  const are = copies.length === 1 ? "is a copy" : "are copies";
  return `${copies.length} of ${pictures.length} ${are}${where}.`;
}

/**
 * The places of a curve in a box: strong on the left, as in the grid.
 * @param {TurnCurve} turn
 * @param {Box} box
 */
export function placesOf(turn, { width, height, left, right, top, bottom }) {
  const [from, to] = [turn.strengths[0], turn.strengths[turn.strengths.length - 1]];
  /** @param {number} value */
  const x = (value) => left + ((from - value) / (from - to)) * (width - left - right);
  /** @param {number} value */
  const y = (value) => height - bottom - value * (height - top - bottom);
  /** @param {number[]} values */
  const points = (values) => values.map((value, i) => `${round(x(turn.strengths[i]))},${round(y(value))}`);
  return { x, y, line: points(turn.mean), band: [...points(turn.high), ...points(turn.low).reverse()] };
}

/**
 * The strengths that are written below the curve: the first and the last, and between them those with room.
 * @param {readonly number[]} strengths
 * @param {(value: number) => number} x
 */
export function marked(strengths, x) {
  const last = strengths[strengths.length - 1];
  const kept = [strengths[0]];
  for (const value of strengths.slice(1, -1))
    if (x(value) - x(kept[kept.length - 1]) >= ROOM && x(last) - x(value) >= ROOM) kept.push(value);
  return [...kept, last];
}

/** @param {number} value */
const round = (value) => Number(value.toFixed(1));

/**
 * @param {TurnCurve} turn
 * @param {Box} box
 */
function drawn(turn, box) {
  const places = placesOf(turn, box);
  const node = svg("svg", {
    class: "turn",
    viewBox: `0 0 ${box.width} ${box.height}`,
    role: "img",
    "aria-label": turnWords(turn),
  });
  node.append(
    svg("polygon", { class: "band", points: places.band.join(" ") }),
    svg("polyline", { class: "line", points: places.line.join(" ") }),
  );
  return { node, places };
}

/**
 * The small curve beside a row; it replaces what the box shows.
 * @param {HTMLElement} box
 * @param {TurnCurve | null | undefined} turn
 */
export function showTurn(box, turn) {
  box.hidden = !turn;
  if (repeats(box, turn ?? null)) return;
  setAttribute(box, "title", turn ? "Copy risk by LoRA strength" : null);
  box.replaceChildren(...(turn ? [drawn(turn, SMALL).node] : []));
}

/**
 * The large curve of the test prompt that is pointed at, or else has the focus, or else is the first.
 * @param {HTMLElement} panel
 */
export function turnPanel(panel) {
  const node = el("figure", { class: "turn-panel", hidden: true });
  const update = () => {
    if (panel.hidden) return;
    const score = chosen();
    const pictures = score ? picturesOf(score) : [];
    node.hidden = !score?.turn;
    if (repeats(node, [score?.turn ?? null, score?.head, pictures.map(({ id }) => id)])) return;
    node.replaceChildren(...(score?.turn ? large(score, score.turn, pictures) : []));
  };
  on("scores round candidates cleared forget view hover focus", update);
  update();
  return node;
}

function chosen() {
  const anchor = (/** @type {string | null} */ id) => state.candidates.get(id ?? "")?.anchor_id;
  const wanted = anchor(state.hover) ?? anchor(state.focus);
  return state.scores.find((score) => score.anchor_id === wanted) ?? state.scores[0];
}

/** @param {Score} score */
const picturesOf = (score) =>
  [...state.candidates.values()].filter(
    (one) => one.anchor_id === score.anchor_id && !one.own && one.remark !== "flat",
  );

/**
 * @param {Score} score
 * @param {TurnCurve} turn
 * @param {Candidate[]} pictures
 */
function large(score, turn, pictures) {
  const { node, places } = drawn(turn, LARGE);
  const { width, height, left, right, bottom } = LARGE;
  const [floor, roof] = [places.y(0), places.y(1)];
  node.prepend(
    svg("line", { class: "rule", x1: left, x2: width - right, y1: floor, y2: floor }),
    svg("line", { class: "rule", x1: left, x2: width - right, y1: places.y(0.5), y2: places.y(0.5) }),
    svg("line", { class: "rule", x1: left, x2: width - right, y1: roof, y2: roof }),
  );
  for (const one of pictures)
    node.append(
      svg("circle", {
        class: one.copy ? "dot copy" : "dot",
        cx: round(places.x(one.strength)),
        cy: round(places.y(chanceOf(one))),
        r: DOT,
      }),
    );
  for (const value of marked(turn.strengths, places.x))
    node.append(textAt(places.x(value), height - bottom + 15, strength(value), "middle"));
  node.append(
    textAt(left - 6, floor, "0%", "end"),
    textAt(left - 6, places.y(0.5) + 4, "50%", "end"),
    textAt(left - 6, roof + 8, "100%", "end"),
  );
  return [
    el(
      "figcaption",
      {},
      "Copy risk by LoRA strength: ",
      el("b", { translate: "no" }, score.head),
      `. ${turnsWords(pictures)}`,
    ),
    node,
  ];
}

/**
 * The chance that a picture is a copy, as a person or else the detectors say.
 * @param {Candidate} picture
 */
function chanceOf({ copy, copy_by, copy_by_detectors, scores }) {
  const said = copy_by === "person" || (copy_by === "" && copy_by_detectors !== "");
  return said ? Number(copy) : (scores.copy_chance ?? Number(copy));
}
