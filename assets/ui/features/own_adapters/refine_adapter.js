/** PatchDPO of the image adapter, as published: asked for once, for every project. */
import { state } from "../../app/store.js";
import { refresh } from "../../app/session.js";
import { write } from "../../app/writes.js";
import { ask } from "../../kit/ask.js";
import { html, Labelled } from "../../kit/html.js";
import { typedValue } from "../../kit/settings_fields.js";
import { toast } from "../../kit/toast.js";

const PUBLISHED = 30_000; // steps
const FIELDS = ["folder", "names", "steps", "title"];
const EXAMPLES = ["red teapot", "wooden chair", "toy car", "old lamp"];

/** Ask what the adapter is to learn from, and start. */
export async function refineAdapter() {
  const round = state.roundId;
  if (!round) return;
  /** @param {FormData} typed */
  const attempt = async (typed) => {
    const [subjects, names, steps, title] = FIELDS.map((name) => String(typed.get(name)));
    const answer = await write("refine_adapter", {
      round,
      subjects,
      names: names.split("\n"),
      steps: typedValue({ kind: "whole", optional: false }, { value: steps }),
      title,
    });
    return answer !== null;
  };
  const started = await ask({
    title: "Refine the adapter",
    words: [
      "Trains an image adapter to keep more of any object (PatchDPO), for every project. Your current " +
        "adapter stays as it is.",
      html`<div class="references-again">
        <${Labelled} name="Folder with images of many objects">
          <input type="text" name="folder" autocomplete="off" placeholder="/home/me/objects" />
        <//>
        <${Labelled} name="… or names of objects, one per line: the model generates them">
          <textarea name="names" rows="4" placeholder=${EXAMPLES.join("\n")} />
        <//>
        <${Labelled} name="Steps">
          <input type="text" name="steps" inputmode="numeric" defaultValue=${PUBLISHED} />
        <//>
        <${Labelled} name="Name of the new adapter">
          <input type="text" name="title" maxlength="80" placeholder="My adapter" />
        <//>
      </div>`,
      "Published: 30,000 steps on eight devices. After the first steps, the line at the top says how long " +
        "it takes. You can stop and resume it.",
    ],
    answers: [["start", "Refine the adapter"]],
    attempt,
  });
  if (started) toast("The adapter is being refined. Once done, it is offered under Image adapter.");
  await refresh();
}
