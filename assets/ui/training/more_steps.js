/** Train a finished round by more steps, from where its training ended. */
import { busy, state } from "../app/store.js";
import { openRound, refresh } from "../app/session.js";
import { write } from "../app/writes.js";
import { ask } from "../kit/ask.js";
import { html } from "../kit/html.js";

const MOST = 100_000; // steps, as in gal_studio/core/settings.py

export const canTrainOn = () => state.round?.closed.continue_training === undefined && !busy();

export const MoreSteps = () => html`<button
  type="button" class="quiet more-steps" title="Continue from where this training ended" onClick=${askSteps}
>Train more steps…</button>`;

async function askSteps() {
  const { round } = state;
  const last = round?.losses.at(-1)?.[0];
  if (!round || !last || busy()) return;
  const trained = await ask({
    title: "Train more steps",
    words: [
      "The result is the same as training all steps in one go. " +
        "A round with images keeps them, and a new round beside it is trained instead.",
      html`<label>
        <span>More steps </span>
        <input
          type="number" name="steps" min="1" max=${MOST} step="1" required aria-label="More steps"
          defaultValue=${Math.max(1, Math.round(last / 4))}
        />
      </label>`,
      "Later rounds will train for as many steps in total. Settings can change that.",
    ],
    answers: [["train", "Train"]],
    attempt: (typed) => write("continue_training", { round: round.id, steps: Number(typed.get("steps")) }),
  });
  if (!trained) return;
  if (trained.round !== round.id && state.roundId === round.id) openRound(trained.round);
  await refresh();
}
