/** A project is deleted for good after one question. */
/** @import { ListedProject } from "payloads" */
import { state } from "../app/store.js";
import { closeProject } from "../app/session.js";
import { write } from "../app/writes.js";
import { el, makeButton } from "../kit/dom.js";
import { toast } from "../kit/toast.js";

/**
 * Ask once, in place of the buttons: a second click in the same place keeps the project.
 * @param {ListedProject} project
 * @param {HTMLElement | null} buttons
 * @param {(act: () => Promise<unknown>) => (event: { currentTarget: HTMLButtonElement }) => unknown} once
 */
export function askToDelete(project, buttons, once) {
  if (!buttons) return;
  const before = [...buttons.children];
  const keep = () => {
    buttons.replaceChildren(...before);
    buttons.querySelector("button")?.focus();
  };
  const act = once(async () => {
    if (project.id === state.projectId) closeProject(); // else the next poll finds it gone
    const answer = await write("delete", { project: project.id });
    if (answer) toast(`${project.name} is deleted: ${answer.freed} freed.`);
  });
  const sure = makeButton(
    { class: "button small danger", data: { action: "delete-sure" } },
    act,
    "Delete for good",
  );
  const stay = makeButton({}, keep, "Keep");
  const words = el(
    "p",
    { role: "alert" },
    "Its images, decisions and LoRAs go for good. This cannot be undone.",
  );
  buttons.replaceChildren(words, sure, stay);
  stay.focus();
}
