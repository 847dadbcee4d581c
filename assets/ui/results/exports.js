/** The dialog in which a round is exported for other programs, and what the check of each file found. */
/** @import { ExportChoice, QueuedJob, RoundResult } from "payloads" */
import { call, openStep, refresh } from "../app/session.js";
import { emit, state } from "../app/store.js";
import { useEvents } from "../app/watch.js";
import { write } from "../app/writes.js";
import { Dialog } from "../kit/dialog.js";
import { inSentence } from "../kit/format.js";
import { Button, html, set } from "../kit/html.js";
import { useLayoutEffect, useRef, useState } from "../vendor/preact.min.js";
import { signal } from "../vendor/signals.min.js";
import { lastly } from "./export_words.js";

/** @type {string | null} the round of the dialog */
let shown = null;
const dialog = new Dialog("exports", {
  closed: () => {
    shown = null;
  },
});
/** The rounds of the screen. */
const known = signal(/** @type {RoundResult[]} */ ([]));

export const exportsOpen = () => dialog.isOpen;

/** The dialog as a place, named by its round. @type {import("../app/places.js").Kind} */
export const exportsPlace = {
  now: () => (dialog.isOpen ? shown : null),
  open: (id) => {
    const round = known.value.find((one) => one.id === id);
    if (!round)
      openDownload(id); // the rounds have not come yet, or another screen is shown
    else if (exportsPlace.now() !== id) openExports(round);
    return Boolean(round ?? state.projectId);
  },
  close: () => dialog.close(),
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
  showExports([...answer.rounds]);
  openExports(round);
}

/**
 * Show how far the exports are; the rounds are those whose dialog can be opened.
 * @param {RoundResult[]} rounds
 */
export const showExports = (rounds) => set(known, rounds);

/** @param {RoundResult} round */
export function openExports(round) {
  if (!known.value.some(({ id }) => id === round.id)) showExports([...known.value, round]);
  shown = round.id;
  dialog.open(`Download ${inSentence(round.name)}`, html`<${Exports} key=${round.id} id=${round.id} />`);
}

/** @param {{ id: string }} props */
function Exports({ id }) {
  useEvents("queue");
  const round = known.value.find((one) => one.id === id);
  const [last, keep] = useState(round);
  if (round && round !== last) keep(round);
  if (!last) return null;
  const job = [...state.queue.working, ...state.queue.waiting].find(
    (other) => other.kind === "export" && other.round_id === id,
  );
  const setting = settingWords(id);
  return html`
    <h2>Download ${inSentence(last.name)}</h2>
    <p>
      ${
        last.adapter
          ? "Which program will use it? Each download has the LoRA and a model card, and is checked: " +
            "diffusers must generate the studio’s images with it."
          : "Your references, and a model card that says how to generate the same elsewhere. It is " +
            "checked: diffusers must generate the studio’s images."
      }
    </p>
    ${isForDiffusersAlone(last) && html`<${OtherModel} />`}
    ${setting && html`<p class="export-setting">${setting}</p>`}
    <ul class="export-forms">
      ${last.exports.map((choice) => html`<${Form} key=${choice.form} ...${{ choice, job }} round=${id} />`)}
    </ul>
    <div class="dialog-buttons">
      ${
        last.adapter
          ? html`<a class="link" href="adapter/${id}" download="" title="As the studio stores it">
              The LoRA alone
            </a>`
          : null
      }
      <${Button} class="button" onClick=${() => dialog.close()}>Close<//>
    </div>
  `;
}

/** Does no other program read LoRAs of this base model, as of the bundled one? @param {RoundResult} round */
const isForDiffusersAlone = ({ adapter, exports: forms }) =>
  Boolean(adapter) && forms.every(({ form, usable }) => form === "diffusers" || !usable);

/** Says so before anything is prepared, and what to do instead. */
function OtherModel() {
  const again = () => {
    dialog.close();
    openStep("reference");
    emit("other-model");
  };
  return html`<p class="export-setting">
    Only diffusers reads LoRAs of this model. For ComfyUI, AUTOMATIC1111, Forge or InvokeAI, train with
    another model: <${Button} class="link" data-action="other-model" onClick=${again}>Same images, another
    model…<//>
  </p>`;
}

/**
 * With which strength schedule the card and the workflow use a round; empty where only one is known.
 * @param {string} id
 */
function settingWords(id) {
  const round = state.measures?.rounds.find((one) => one.id === id);
  if (!round?.gain || !round.schedules.length) return "";
  const measured = round.schedules.some(({ report }) => report);
  const why = measured ? "the best of this round on the benchmark" : "by its own images; not measured yet";
  return `The card and the workflow use ${round.setting_words} (${why}).`;
}

/** @param {{ round: string, choice: ExportChoice, job: QueuedJob | undefined }} props */
function Form({ round, choice: { form, title, note, usable, export: found }, job }) {
  const [asking, ask] = useState(false);
  const { text, kind } = lastly(found, job);
  const item = useKeptInside();
  const prepare = async () => {
    ask(true);
    await write("export_round", { round, form });
    await refresh();
    ask(false);
  };
  return html`<li ref=${item} tabindex="-1" data-form=${form} data-state=${kind}>
    <div><b>${title}</b><span>${note}</span>${text ? html`<output>${text}</output>` : null}</div>
    ${
      kind === "made" || kind === "differs"
        ? html`<a class="button small" href="export/${round}/${form}" download="">Download</a>`
        : usable
          ? html`<${Button}
              disabled=${asking || kind === "working"} onClick=${prepare}
              aria-label="Prepare the download ${title.replace("For", "for")}"
            >Prepare<//>`
          : null
    }
  </li>`;
}

/** An element that keeps the focus inside, by itself where its button is disabled or gone. */
function useKeptInside() {
  const item = useRef(/** @type {HTMLElement | null} */ (null));
  const held = item.current?.contains(document.activeElement);
  useLayoutEffect(() => {
    const now = document.activeElement;
    if (!held || (item.current?.contains(now) && !now?.matches(":disabled"))) return;
    const next = item.current?.querySelector("a, button:enabled") ?? item.current;
    if (next instanceof HTMLElement) next.focus();
  });
  return item;
}
