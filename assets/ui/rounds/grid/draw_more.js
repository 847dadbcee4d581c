/** Draw further pictures of one test prompt. */
import { busy, state } from "../../app/store.js";
import { refresh } from "../../app/session.js";
import { write } from "../../app/writes.js";
import { byItself } from "../../measures/replay_words.js";

/** Whether nobody can ask for pictures now: the studio is at work, or a replay draws by itself. */
export const closedMore = () => busy() || Boolean(byItself(state.measures));

/** @param {string} anchor */
export async function drawMore(anchor) {
  const { roundId } = state;
  if (roundId === null || closedMore()) return;
  await write("draw_more", { round: roundId, anchor });
  refresh();
}
