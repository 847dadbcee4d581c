/** Round 0 used as it is: any prompt is drawn with the references, here or in another program. */
import { state } from "../../app/store.js";
import { ask } from "../../kit/ask.js";
import { html } from "../../kit/html.js";
import { openDownload } from "../../results/exports.js";

/**
 * What features do with Round 0.
 * @typedef {{ answer: [name: string, label: string], words: string, act: () => unknown }} Use
 * @type {(Use & { isThere: () => boolean })[]}
 */
const uses = [];

/**
 * Add one, with its words in the list of all; one without any stands last.
 * @param {[name: string, label: string]} answer
 * @param {string} words
 * @param {() => unknown} act
 */
export function addUse(answer, words, act, isThere = () => true) {
  uses.push({ answer, words, act, isThere });
}

/** Ask where the pictures are to be drawn. */
export async function useWithoutTraining() {
  const there = uses.filter(({ isThere }) => isThere());
  const said = there.filter(({ words }) => words);
  const others = there.filter(({ words }) => !words);
  const answer = await ask({
    title: "Use without training",
    words: [
      html`<ul>
        ${said.map(({ answer: [name], words }) => html`<li key=${name}>${words}</li>`)}
        <li>In ComfyUI or Python: a download with your references, images, and how to do the same there.</li>
      </ul>`,
      "Nothing is trained. You can still start the next round at any time.",
    ],
    answers: [
      ...said.map((use) => use.answer),
      ["download", "Download…"],
      ...others.map((use) => use.answer),
    ],
  });
  await uses.find((use) => use.answer[0] === answer)?.act();
  if (answer === "download" && state.roundId) await openDownload(state.roundId);
}
