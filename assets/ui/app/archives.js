/** Downloads, and export and import of a whole project as one file. */
import { fromStudio } from "./answers.js";
import { openProject } from "./session.js";
import { toast } from "../kit/toast.js";
import { whilePressed } from "../kit/dom.js";
import { saveBlob } from "../kit/save.js";

/**
 * Download a file of the studio, and say what is in it; a refusal is shown instead.
 * @param {HTMLButtonElement} button
 * @param {string} from its address
 * @param {string} what is in it
 */
export function download(button, from, what) {
  return busyWhile(button, async () => {
    const answer = await fromStudio(from);
    if (!answer.ok) return toast(await answer.text(), "error");
    const name =
      /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "")?.[1] ?? "project.zip";
    saveBlob(await answer.blob(), name);
    toast(`${name}: ${what}.`);
  });
}

/**
 * @param {HTMLButtonElement} button
 * @param {HTMLInputElement} input
 */
export function mountImport(button, input) {
  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () =>
    busyWhile(button, async () => {
      const file = input.files?.[0];
      input.value = "";
      if (!file) return;
      const answer = await fromStudio("import-project", { method: "POST", body: file });
      if (!answer.ok) return toast(await answer.text(), "error");
      const { project, notes } = await answer.json();
      for (const note of notes) toast(note);
      openProject(project);
    }),
  );
}

/**
 * @param {HTMLButtonElement} button
 * @param {() => Promise<void>} work
 */
const busyWhile = (button, work) =>
  whilePressed(button, work).catch((/** @type {Error} */ { message }) => toast(message, "error"));
