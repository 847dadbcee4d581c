/** A question for the new place of a local model that has moved. */
import { el } from "../kit/dom.js";
import { toast } from "../kit/toast.js";
import { state } from "./store.js";
import { write } from "./writes.js";

/** @type {HTMLDialogElement | null} */
let dialog = null;

/**
 * Ask for the new place, and point the open project to it; the dialog stays until a place is right.
 * @param {string} path where the model lay
 * @returns {Promise<boolean>} whether it was found
 */
export function locateModel(path) {
  const project = state.projectId;
  if (!project || dialog) return Promise.resolve(false);
  const place = el("input", { type: "text", name: "place", value: path, required: true, autofocus: true });
  const submit = el("button", { class: "button", data: { next: "" } }, "Compare and use");
  const cancel = el("button", { class: "quiet", type: "button" }, "Cancel");
  const form = el(
    "form",
    {},
    el("h2", {}, "Where is the model?"),
    el("p", {}, "Its files are compared with those that the trainings used. Large models take a while."),
    el(
      "label",
      { class: "field" },
      el("span", { class: "field-name" }, "Folder or file on the studio’s computer"),
      place,
    ),
    el("div", { class: "question-answers" }, submit, cancel),
  );
  const box = document.body.appendChild(
    el("dialog", { class: "studio question", "aria-label": "Where is the model?" }, form),
  );
  dialog = box;
  let found = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (submit.disabled) return;
    submit.disabled = true;
    submit.textContent = "Comparing…";
    const answer = await write("locate", { project, path, place: place.value });
    submit.disabled = false;
    submit.textContent = "Compare and use";
    if (!answer) {
      place.focus();
      return;
    }
    found = true;
    toast(answer.compared ? "It is the same model." : "It was not compared: no training has used it yet.");
    box.close();
  });
  cancel.addEventListener("click", () => box.close());
  box.showModal();
  place.select();
  return new Promise((done) =>
    box.addEventListener("close", () => {
      dialog = null;
      box.remove();
      done(found);
    }),
  );
}
