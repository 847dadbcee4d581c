/** Round 0 once more, with the references given otherwise: how strongly, together or averaged, or alone. */
import { state } from "../app/store.js";
import { ask } from "../kit/ask.js";
import { el } from "../kit/dom.js";
import { read } from "../kit/settings_fields.js";
import { slider, times } from "../kit/slider.js";

/** @typedef {{ strength?: number, several?: string, subject_alone: boolean }} Given */

/**
 * Ask how the references are given.
 * @returns {Promise<Given | null>}
 */
export async function askReferences() {
  const set = (/** @type {string} */ name) => read(state.project?.settings ?? {}, `references.${name}`);
  const native = set("adapter") === "native";
  const strength = slider("Reference strength", 1, Number(set("strength") ?? 1), times);
  const several = el(
    "select",
    { "aria-label": "Several references" },
    el("option", { value: "together" }, "together"),
    el("option", { value: "average" }, "averaged"),
    ...((state.project?.subjects.length ?? 0) > 1
      ? [el("option", { value: "beside" }, "objects side by side")]
      : []),
  );
  several.value = String(set("several") ?? "together");
  if (!several.value) several.value = "together";
  const alone = el("input", { type: "checkbox" });
  alone.checked = set("subject_alone") === true;
  const many = (state.project?.references.length ?? 0) > 1;
  const answer = await ask({
    title: "Generate again from your references",
    words: [
      native
        ? "This model reads your references by itself: it has no strength for them."
        : "Less strength follows the prompt more. The images become another Round 0 beside this one.",
      el(
        "div",
        { class: "references-again" },
        ...(native ? [] : [strength.node]),
        ...(native || !many ? [] : [el("label", {}, el("span", {}, "Several references "), several)]),
        el("label", {}, alone, el("span", {}, " Without their background")),
      ),
    ],
    answers: [["draw", "Generate without training"]],
  });
  if (!answer) return null;
  const given = { subject_alone: alone.checked };
  return native ? given : { ...given, strength: strength.value(), several: several.value };
}
