/** PatchDPO of the image adapter, as published: asked for once, for every project. */
import { state } from "../app/store.js";
import { refresh } from "../app/session.js";
import { write } from "../app/writes.js";
import { ask } from "../kit/ask.js";
import { el, labelled } from "../kit/dom.js";
import { typedValue } from "../kit/settings_fields.js";
import { toast } from "../kit/toast.js";

const PUBLISHED = 30_000; // steps

/** Ask what the adapter is to learn from, and start. */
export async function refineAdapter() {
  const folder = el("input", { type: "text", autocomplete: "off", placeholder: "/home/me/objects" });
  const names = el("textarea", { rows: "4", placeholder: "red teapot\nwooden chair\ntoy car\nold lamp" });
  const steps = el("input", { type: "text", inputmode: "numeric", value: String(PUBLISHED) });
  const title = el("input", { type: "text", maxlength: "80", placeholder: "My adapter" });
  const round = state.roundId;
  if (!round) return;
  const attempt = async () =>
    (await write("refine_adapter", {
      round,
      subjects: folder.value,
      names: names.value.split("\n"),
      steps: typedValue({ kind: "whole", optional: false }, steps),
      title: title.value,
    })) !== null;
  const started = await ask({
    title: "Refine the adapter",
    words: [
      "Teaches an image adapter to keep more of any object (PatchDPO), for every project. Your current " +
        "adapter stays as it is.",
      el(
        "div",
        { class: "references-again" },
        labelled("Folder with images of many objects", folder),
        labelled("… or names of objects, one per line: the model generates them", names),
        labelled("Steps", steps),
        labelled("Name of the new adapter", title),
      ),
      "Published: 30,000 steps on eight devices. After the first steps, the line at the top says how long " +
        "it takes. You can stop and resume it.",
    ],
    answers: [["start", "Refine the adapter"]],
    attempt,
  });
  if (started) toast("The adapter is being refined. Once done, it is offered under Image adapter.");
  await refresh();
}
