/** The dialog that shows and changes the benchmark. */
import { state } from "../app/store.js";
import { refresh } from "../app/session.js";
import { write } from "../app/writes.js";
import { el, makeButton } from "../kit/dom.js";
import { count } from "../kit/format.js";
import { toast } from "../kit/toast.js";

/** @type {[value: string, words: string][]} */
const WHEN = [
  ["auto", "automatic: after Run round, otherwise when it is quick"],
  ["always", "after each round"],
  ["never", "only when I press Measure"],
];

/** What {} stands for; the words of a style without "in" are put behind a comma. */
const subject = () => (state.project?.stands_for ?? "").replace(/^, /, "");

/** @param {HTMLButtonElement} button */
export function mountTestSet(button) {
  button.addEventListener("click", open);
}

/** @type {HTMLDialogElement | null} */
let shown = null;

/** The dialog as a place. @type {import("../app/places.js").Kind} */
export const testSetPlace = {
  now: () => (shown?.open ? "" : null),
  open: () => {
    if (!shown?.open) open();
    return Boolean(shown?.open);
  },
  close: () => shown?.close(),
};

function open() {
  const { measures, projectId } = state;
  if (!measures) return;
  const before = [...measures.prompts, ...measures.asking].join("\n");
  const prompts = el("textarea", {
    rows: 12,
    "aria-label": "Benchmark prompts, one per line",
    spellcheck: false,
  });
  const seeds = el("input", { type: "number", min: "1", max: "20", "aria-label": "Images of each prompt" });
  const when = el(
    "select",
    { "aria-label": "When rounds are measured" },
    WHEN.map(([value, words]) => el("option", { value }, words)),
  );
  const warning = el("p", { class: "test-set-warning", role: "status", hidden: true });
  prompts.value = before;
  seeds.value = String(measures.chosen.seeds);
  when.value = measures.chosen.measured;
  const measured = measures.rounds.filter((round) => round.report).length;
  const changed = () => prompts.value.trim() !== before || Number(seeds.value) !== measures.chosen.seeds;
  const warn = () => {
    warning.hidden = !changed() || !measured;
    warning.textContent =
      `${count(measured, "measured model")} (with the base model) must generate the new images before they ` +
      "can be compared: save, then press Measure.";
  };
  for (const field of [prompts, seeds]) field.addEventListener("input", warn);
  const dialog = el(
    "dialog",
    { class: "studio test-set", "aria-label": "Benchmark" },
    el(
      "form",
      {
        on: {
          submit: (event) => {
            event.preventDefault();
            save();
          },
        },
      },
      el("h2", {}, "Benchmark"),
      el(
        "p",
        {},
        "Prompts never used in training, which every round generates with the same seeds at full strength.",
      ),
      el(
        "p",
        {},
        `Each round also generates accepted prompts, and these without “${measures.called}”, to see bleed.`,
      ),
      el(
        "label",
        {},
        el("span", {}, `Benchmark prompts, one per line; {} stands for “${subject()}”`),
        prompts,
      ),
      el("label", {}, el("span", {}, "Images of each prompt"), seeds),
      el("label", {}, el("span", {}, "Measure"), when),
      warning,
      el(
        "div",
        { class: "dialog-buttons" },
        makeButton({ class: "button" }, () => dialog.close(), "Cancel"),
        el("button", { type: "submit", class: "button", data: { next: "" } }, "Save"),
      ),
    ),
  );
  async function save() {
    if (
      when.value !== measures?.chosen.measured &&
      !(await write("measure_when", { project: projectId, when: when.value }))
    )
      return;
    if (changed()) {
      const lines = prompts.value.split("\n").map((line) => line.trim());
      const given = { project: projectId, prompts: lines.filter(Boolean), seeds: Number(seeds.value) };
      if (!(await write("change_test_set", given))) return;
      toast("Benchmark saved. Press Measure to generate the new images.");
    }
    dialog.close();
    refresh();
  }
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (shown === dialog) shown = null;
  });
  shown = dialog;
  document.body.append(dialog);
  dialog.showModal();
}
