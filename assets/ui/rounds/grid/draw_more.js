/** Draw further pictures of one test prompt. */
import { busy, byItself, state } from "../../app/store.js";
import { signal } from "../../vendor/signals.min.js";
import { refresh } from "../../app/session.js";
import { write } from "../../app/writes.js";

/** Whether nobody can ask for pictures now: the studio is at work, or the project is by itself. */
export const closedMore = () => busy() || byItself() !== "";

/** Were pictures asked for, and the page knows nothing of the work yet? A double click asks once. */
const asking = signal(false);

/** @param {string} anchor */
export async function drawMore(anchor) {
  const { roundId } = state;
  if (roundId === null || asking.value || closedMore()) return;
  asking.value = true;
  await write("draw_more", { round: roundId, anchor });
  await refresh();
  asking.value = false;
}
