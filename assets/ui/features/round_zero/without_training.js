/** Round 0 used as it is: any prompt is drawn with the references. */
import { state } from "../../app/store.js";
import { ask } from "../../kit/ask.js";
import { html } from "../../kit/html.js";
import { uses } from "../../rounds/uses.js";

/** Can the model be given references, and is this a first round that has nothing yet? */
export function drawsWithoutTraining() {
  const chip = state.rounds.find((round) => round.id === state.roundId);
  return (
    !state.round?.source &&
    Boolean(state.project?.draws_without_training) &&
    chip?.parent_id === null &&
    !state.candidates.size
  );
}

export async function useWithoutTraining() {
  const there = uses.filter(({ isThere }) => isThere());
  const said = there.filter(({ words }) => words);
  const others = there.filter(({ words }) => !words);
  const answer = await ask({
    title: "Use without training",
    words: [
      html`<ul>
        ${said.map(({ answer: [name], words }) => html`<li key=${name}>${words}</li>`)}
      </ul>`,
      "Nothing is trained. You can still start the next round at any time.",
    ],
    answers: [...said.map((use) => use.answer), ...others.map((use) => use.answer)],
  });
  await uses.find((use) => use.answer[0] === answer)?.act();
}
