/** Compare runs of a round where they disagree. */
import { busy, state } from "../../app/store.js";
import { refresh } from "../../app/session.js";
import { write } from "../../app/writes.js";
import { ask } from "../../kit/ask.js";

/** Say what it takes, then request it. */
export async function askTrainings() {
  const { round } = state;
  if (!round || busy()) return;
  const others = round.trainings - 1;
  const times = others === 1 ? "once" : `${others} times`;
  const answer = await ask({
    title: "Compare runs",
    words: [
      `The round is trained ${times} more with other seeds, to show where the runs disagree. ` +
        "The round stays as it is.",
      "Each takes about as long as the training did, and generates up to three images of every test prompt.",
    ],
    answers: [["ask", others === 1 ? "Train 1 more run" : `Train ${others} more runs`]],
  });
  if (answer !== "ask") return;
  await write("ask_trainings", { round: round.id });
  refresh();
}
