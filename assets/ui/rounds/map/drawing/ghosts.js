/** The pictures of the other rounds, faint behind the map, and the way of one picture through the rounds. */
/** @import { OtherRound } from "payloads" */
/** @import { Pixel } from "../geometry.js" */
/** @import { ProjectionName } from "../projections.js" */
/** @import { Size } from "../camera.js" */
import { state } from "../../../app/store.js";
import { call } from "../../../app/session.js";
import { newest } from "../../../app/newest.js";
import { roundColour } from "../colours.js";

const RADIUS = 3; // pixels

/** @typedef {{ key: string, alike: Pixel | null, own: Pixel }} Ghost */
/** @type {Map<string, Ghost[]>} by round */
const ghosts = new Map();
let known = "";
const latest = newest();

/** What the other rounds' pictures depend on: fetched again when it changes. */
const signature = () =>
  JSON.stringify([
    state.projectId,
    state.roundId,
    state.rounds.map(({ id, candidates }) => [id, candidates]),
  ]);

/**
 * Fetch the other rounds' pictures unless they are here; true if they changed.
 * @returns {Promise<boolean>}
 */
export async function fetchGhosts() {
  const wanted = signature();
  if (known === wanted || !state.projectId) return false;
  known = wanted;
  const isLatest = latest();
  const answer = await call("rounds", "other_rounds", { project: state.projectId, round: state.roundId });
  if (!isLatest()) return false;
  if (!answer) {
    known = "";
    return false;
  }
  ghosts.clear();
  for (const { id, points } of answer.rounds) ghosts.set(id, points.map(ghost));
  return true;
}

/**
 * @param {OtherRound["points"][number]} point
 * @returns {Ghost}
 */
const ghost = ([anchor, index, x, y, reference, own]) => ({
  key: `${anchor}/${index}`,
  alike: x === null || y === null ? null : [x, y],
  own: [reference, own],
});

/** Forget them, for example with the project. */
export function dropGhosts() {
  ghosts.clear();
  known = "";
}

/** @param {ProjectionName} name */
export const ghostPlaces = (name) =>
  [...ghosts.values()].flat().flatMap((one) => (one[name] ? [one[name]] : []));

/**
 * The places of the same test prompt and seed in the rounds that led to the shown one, the earliest first.
 * @param {ProjectionName} name
 * @param {string} key
 * @param {Pixel} here in the round that is shown
 * @returns {Pixel[]}
 */
function wayOf(name, key, here) {
  const way = [here];
  let round = state.rounds.find(({ id }) => id === state.roundId);
  while (round?.parent_id) {
    const parent = round.parent_id;
    const at = ghosts.get(parent)?.find((one) => one.key === key)?.[name];
    if (at) way.unshift(at);
    round = state.rounds.find(({ id }) => id === parent);
  }
  return way;
}

/**
 * Draw the ghosts, and the way of the hovered picture.
 * @param {HTMLCanvasElement} canvas
 * @param {{ size: Size, name: ProjectionName, pixel: (at: Pixel) => Pixel, coloured: boolean,
 *   hovered: { key: string, at: Pixel } | null }} how
 */
export function drawGhosts(canvas, { size, name, pixel, coloured, hovered }) {
  const pen = cleared(canvas, size);
  if (!pen) return;
  const style = getComputedStyle(document.documentElement);
  for (const [round, own] of ghosts) {
    pen.fillStyle = coloured ? roundColour(round) : style.getPropertyValue("--muted");
    pen.globalAlpha = coloured ? 0.5 : 0.22;
    pen.beginPath();
    for (const { [name]: at } of own) {
      if (!at) continue;
      const [x, y] = pixel(at);
      pen.moveTo(x + RADIUS, y);
      pen.arc(x, y, RADIUS, 0, 2 * Math.PI);
    }
    pen.fill();
  }
  const way = hovered ? wayOf(name, hovered.key, hovered.at) : [];
  pen.globalAlpha = 1;
  pen.strokeStyle = style.getPropertyValue("--ink");
  pen.lineWidth = 1.2;
  pen.beginPath();
  for (const at of way) pen.lineTo(...pixel(at));
  pen.stroke();
}

/**
 * An empty canvas in the screen's resolution; null where there is none.
 * @param {HTMLCanvasElement} canvas
 * @param {Size} size
 */
export function cleared(canvas, { width, height }) {
  const ratio = window.devicePixelRatio || 1;
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  const pen = canvas.getContext("2d");
  pen?.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen?.clearRect(0, 0, width, height);
  return pen;
}
