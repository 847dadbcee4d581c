/** The dialog in which a round is exported for other programs, and what the check of each file found. */
/** @import { ExportChoice, QueuedJob, RoundResult } from "payloads" */
import { inSentence } from "../kit/format.js";
import { state } from "../app/store.js";
import { call, refresh } from "../app/session.js";
import { write } from "../app/writes.js";
import { el, makeButton, repeats, replaceKept, setText } from "../kit/dom.js";
import { lastly } from "./export_words.js";

/** @type {{ id: string, dialog: HTMLDialogElement, list: HTMLElement } | null} */
let open = null;

/** @type {RoundResult[]} the rounds of the screen */
let known = [];

export const exportsOpen = () => Boolean(open);

/** The dialog as a place, named by its round. @type {import("../app/places.js").Kind} */
export const exportsPlace = {
  now: () => (open?.dialog.open ? open.id : null),
  open: (id) => {
    const round = known.find((one) => one.id === id);
    if (!round)
      openDownload(id); // the rounds have not come yet, or another screen is shown
    else if (exportsPlace.now() !== id) openExports(round);
    return Boolean(round ?? state.projectId);
  },
  close: () => open?.dialog.close(),
};

/**
 * Open the dialog of a round from another screen.
 * @param {string} id
 */
export async function openDownload(id) {
  if (!state.projectId) return;
  const answer = await call("results", "results", { project: state.projectId });
  const round = answer?.rounds.find((one) => one.id === id);
  if (!answer || !round || exportsPlace.now() === id) return;
  known = answer.rounds;
  openExports(round);
}

/** @param {RoundResult} round */
export function openExports(round) {
  const list = el("ul", { class: "export-forms" });
  const name = inSentence(round.name);
  const dialog = el(
    "dialog",
    { class: "studio exports", "aria-label": `Download ${name}` },
    el("h2", {}, `Download ${name}`),
    el(
      "p",
      {},
      round.adapter
        ? "Which program will use it? Each download has the LoRA and a card, and is checked: diffusers " +
            "must generate the studio’s images with it."
        : "Your references, and a card that says how to generate the same elsewhere. It is checked: " +
            "diffusers must generate the studio’s images.",
    ),
    list,
    el(
      "div",
      { class: "dialog-buttons" },
      round.adapter
        ? el(
            "a",
            { class: "link", href: `adapter/${round.id}`, download: "", title: "As the studio stores it" },
            "The LoRA alone",
          )
        : null,
      makeButton({ class: "button" }, () => dialog.close(), "Close"),
    ),
  );
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (open?.dialog === dialog) open = null;
  });
  open = { id: round.id, dialog, list };
  showExports(known);
  document.body.append(dialog);
  dialog.showModal();
}

/**
 * Show how far the exports of the open dialog are; the rounds are those that can be opened.
 * @param {RoundResult[]} rounds
 */
export function showExports(rounds) {
  known = rounds;
  const shown = open;
  const round = rounds.find((other) => other.id === shown?.id);
  if (!shown || !round) return;
  const job = [...state.queue.working, ...state.queue.waiting].find(
    (other) => other.kind === "export" && other.round_id === round.id,
  );
  if (!repeats(shown.list, [round.exports, job?.state]))
    replaceKept(
      shown.list,
      round.exports.map((choice) => row(round, choice, job)),
    );
  for (const { form, export: found } of round.exports) {
    const words = shown.list.querySelector(`[data-form="${form}"] output`);
    if (words) setText(words, lastly(found, job).text); // what the job does now
  }
}

/**
 * @param {RoundResult} round
 * @param {ExportChoice} choice
 * @param {QueuedJob | undefined} job
 */
function row(round, { form, title, note, usable, export: found }, job) {
  const { text, kind } = lastly(found, job);
  return el(
    "li",
    { data: { form, state: kind } },
    el("div", {}, el("b", {}, title), el("span", {}, note), text ? el("output", {}, text) : null),
    kind === "made" || kind === "differs"
      ? el(
          "a",
          {
            class: "button small",
            href: `export/${round.id}/${form}`,
            download: "",
            data: { keep: form },
          },
          "Download",
        )
      : usable &&
          makeButton(
            {
              data: { keep: form },
              disabled: kind === "working",
              "aria-label": `Prepare the download ${title.replace("For", "for")}`,
            },
            ({ currentTarget }) => prepare(currentTarget, round.id, form),
            "Prepare",
          ),
  );
}

/**
 * @param {EventTarget | null} button
 * @param {string} round
 * @param {ExportChoice["form"]} form
 */
async function prepare(button, round, form) {
  if (button instanceof HTMLButtonElement) button.disabled = true;
  const answer = await write("export_round", { round, form });
  if (!answer && button instanceof HTMLButtonElement) button.disabled = false;
  await refresh();
}
