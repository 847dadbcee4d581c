/** Round 0 used as it is: any prompt is drawn with the references, here or in another program. */
import { emit, state } from "../app/store.js";
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

/** Ask where the pictures are to be drawn. */
export async function useWithoutTraining() {
  const answer = await ask({
    title: "Use without training",
    words: [
      html`<ul>
        <li>Here: under Try a prompt, any prompt is generated with your references.</li>
        <li>In ComfyUI or Python: a download with your references, images, and how to do the same there.</li>
      </ul>`,
      "Nothing is trained. You can still start the next round at any time.",
    ],
    answers: [["try", "Try a prompt"], ["download", "Download…"], ...refinable()],
  });
  if (answer === "adapter") await refineAdapter();
  if (answer === "try") emit("show-view", "trials");
  if (answer === "download" && state.roundId) await openDownload(state.roundId);
}
