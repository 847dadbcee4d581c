/** Round 0 used as it is: any prompt is drawn with the references, here or in another program. */
import { state } from "../app/store.js";
import { ask } from "../kit/ask.js";
import { html } from "../kit/html.js";
import { read } from "../kit/settings_fields.js";
import { openDownload } from "../results/exports.js";
import { refineAdapter } from "./refine_adapter.js";

/**
 * An image adapter can be made better; a model that reads pictures by itself has none.
 * @returns {[string, string][]}
 */
const refinable = () =>
  read(state.project?.settings ?? {}, "references.adapter") === "native"
    ? []
    : [["adapter", "Refine the adapter…"]];

/**
 * Where features draw more with Round 0.
 * @type {{ answer: [name: string, label: string], words: string, act: () => void }[]}
 */
const uses = [];

/**
 * Add one, with its words in the list of all.
 * @param {[name: string, label: string]} answer
 * @param {string} words
 * @param {() => void} act
 */
export function addUse(answer, words, act) {
  uses.push({ answer, words, act });
}

/** Ask where the pictures are to be drawn. */
export async function useWithoutTraining() {
  const answer = await ask({
    title: "Use without training",
    words: [
      html`<ul>
        ${uses.map(({ answer: [name], words }) => html`<li key=${name}>${words}</li>`)}
        <li>In ComfyUI or Python: a download with your references, images, and how to do the same there.</li>
      </ul>`,
      "Nothing is trained. You can still start the next round at any time.",
    ],
    answers: [...uses.map((use) => use.answer), ["download", "Download…"], ...refinable()],
  });
  if (answer === "adapter") await refineAdapter();
  uses.find((use) => use.answer[0] === answer)?.act();
  if (answer === "download" && state.roundId) await openDownload(state.roundId);
}
