/** A question for the new place of a local model that has moved. */
import { ask } from "../kit/ask.js";
import { html, Labelled } from "../kit/html.js";
import { toast } from "../kit/toast.js";
import { state } from "./store.js";
import { write } from "./writes.js";

/**
 * Ask for the new place, and point the open project to it; the question stays until a place is right.
 * @param {string} path where the model lay
 * @returns {Promise<boolean>} whether it was found
 */
export async function locateModel(path) {
  const project = state.projectId;
  if (!project) return false;
  /** @param {FormData} typed */
  const attempt = async (typed) => {
    const answer = await write("locate", { project, path, place: String(typed.get("place")) });
    if (answer)
      toast(answer.compared ? "It is the same model." : "It was not compared: no training has used it yet.");
    return answer !== null;
  };
  const found = await ask({
    title: "Where is the model?",
    words: [
      "The files must match the ones used for training. Checking a large model takes a while.",
      html`<${Labelled} name="Folder or file on the studio’s computer">
        <input type="text" name="place" defaultValue=${path} required />
      <//>`,
    ],
    answers: [["locate", "Compare and use"]],
    attempt,
    meanwhile: "Comparing…",
  });
  return found !== null;
}
