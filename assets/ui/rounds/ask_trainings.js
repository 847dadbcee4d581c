/** Ask several trainings of a round where they disagree. */
import { busy, state } from "../app/store.js";
import { refresh } from "../app/session.js";
import { write } from "../app/writes.js";
import { ask } from "../kit/ask.js";

/** Say what it takes, then request it. */
export async function askTrainings() {
  const { round } = state;
  if (!round || busy()) return;
  const others = round.trainings - 1;
  const times = others === 1 ? "once" : others === 2 ? "twice" : `${others} times`;
  const answer = await ask({
    title: "Ask several trainings",
    words: [
      `The round is trained ${times} more with other seeds. You see where the trainings disagree; the ` +
        "round stays as it is.",
      "Each takes about as long as Fine-tune did, and generates up to three images of every test prompt.",
    ],
    answers: [["ask", others === 1 ? "Ask 1 more training" : `Ask ${others} more trainings`]],
  });
  if (answer !== "ask") return;
  await write("ask_trainings", { round: round.id });
  refresh();
}
