/** Draw further pictures of one test prompt. */
import { busy, byItself, state } from "../../app/store.js";
import { refresh } from "../../app/session.js";
import { write } from "../../app/writes.js";

/** Whether nobody can ask for pictures now: the studio is at work, or the project is by itself. */
export const closedMore = () => busy() || byItself() !== "";

let asking = false; // until the page knows of the work: a double click asks once

/** @param {string} anchor */
export async function drawMore(anchor) {
  const { roundId } = state;
  if (roundId === null || asking || closedMore()) return;
  asking = true;
  await write("draw_more", { round: roundId, anchor });
  await refresh();
  asking = false;
}
