/** LoRAs to judge as they are, in place of a training: the paths of their files, one a line. */
/** @import { ReferenceParts } from "../../app/types/parts.d.ts" */
import { el, labelled, setText } from "../../kit/dom.js";
import { notePlace } from "./notes.js";

/**
 * The paths in a text: one a line, as a file manager copies them, with or without quotes.
 * @param {string} text
 */
export const pathsIn = (text) =>
  text
    .split("\n")
    .map((line) => line.trim().replace(/^(["'])(.*)\1$/, "$2"))
    .filter(Boolean);

const HELD_AFTER_JUDGING =
  "You get the best LoRA strength of each file and, with images, how much it copies.";

/** @param {ReferenceParts} parts */
export function mountJudged(parts) {
  const files = el("textarea", {
    name: "judged",
    rows: 2,
    spellcheck: "false",
    translate: "no",
    placeholder: "path to a .safetensors file; several: one per line",
  });
  const place = notePlace(files);
  const facts = el("p", { class: "field-note by-file", role: "status" });
  const start = parts.create.textContent ?? "";
  const subtitle = parts.form.querySelector(".card-head span");
  const saidOfTraining = subtitle?.textContent ?? "";
  const heldAfterTraining = parts.outcome.textContent ?? "";
  parts.judged.append(
    labelled("LoRA files, one to six", files, place.box),
    facts,
    el(
      "p",
      { class: "field-note" },
      "Nothing is trained. Below, add a few images that it was trained on, with their prompts. Without " +
        "them, copies are not judged.",
    ),
  );
  const isOn = () => new FormData(parts.form).get("purpose") === "judge";
  return {
    place,
    facts,
    isOn,
    /** Show what belongs to the chosen purpose. */
    show() {
      const on = isOn();
      parts.judged.hidden = !on;
      setText(parts.create, on ? "Judge" : start);
      setText(parts.outcome, on ? HELD_AFTER_JUDGING : heldAfterTraining);
      if (subtitle instanceof HTMLElement)
        setText(subtitle, on ? "Show the studio what the LoRA was trained on" : saidOfTraining);
    },
    /** @returns {string[] | null} */
    chosen: () => (isOn() ? pathsIn(files.value) : null),
    kept: () => (isOn() ? files.value : null),
    /** @param {string | null | undefined} text */
    restore(text) {
      for (const input of parts.form.querySelectorAll("input"))
        if (input.name === "purpose")
          input.checked = input.value === (typeof text === "string" ? "judge" : "train");
      files.value = text ?? "";
      this.show();
    },
  };
}
