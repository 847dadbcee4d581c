/** The files of a round for other programs, one for each form. */
/** @import { Destination, ExportChoice, QueuedJob, RoundResult } from "payloads" */
import { newest } from "../../app/newest.js";
import { call, openStep, refresh } from "../../app/session.js";
import { state, whenever, workHere } from "../../app/store.js";
import { write } from "../../app/writes.js";
import { Button, html, set, submitting } from "../../kit/html.js";
import { toast } from "../../kit/toast.js";
import { doAgain } from "../../reference/reference.js";
import { addFiles, finishPlace } from "../../results/finish.js";
import { useLayoutEffect, useRef, useState } from "../../vendor/preact.min.js";
import { signal } from "../../vendor/signals.min.js";
import { lastly } from "./words.js";

const choices = signal({ round: "", forms: /** @type {ExportChoice[]} */ ([]) });
/** The program that was named, and the folder that was used last. */
const destination = signal(/** @type {Destination} */ ({ form: "", folder: "" }));
const newForms = newest();

/** Show the forms in the dialog of a round, and how far they are. */
export function showForms() {
  addFiles({ load: (round) => Promise.all([loadForms(round), loadDestination()]).then(() => {}), Files });
  whenever(
    () => [state.queue, state.project, state.rounds],
    () => {
      const round = finishPlace.now();
      if (round) loadForms(round);
    },
  );
}

/** @param {string} round */
async function loadForms(round) {
  const isLatest = newForms();
  const answer = await call("results", "exports", { round });
  if (answer && isLatest()) set(choices, { round, forms: [...answer.forms] });
}

async function loadDestination() {
  const found = await call("results", "destination", {});
  if (found) set(destination, found);
}

/** @param {{ round: RoundResult, uses: unknown }} props */
function Files({ round: { id, adapter }, uses }) {
  const [wanted] = useState(destination.value.form); // no row moves while one presses
  const job = workHere(["export"], id);
  const forms = choices.value.round === id ? choices.value.forms : [];
  const usable = forms.filter((one) => one.usable);
  const named = usable.length > 1 ? wanted : usable[0]?.form;
  const first = usable.filter(({ form }) => form === named);
  const rest = forms.filter((one) => !first.includes(one));
  const row = (/** @type {ExportChoice} */ choice) =>
    html`<${Form}
      key=${choice.form} ...${{ choice, job }} round=${id} lora=${adapter} isNext=${choice === first[0]}
    />`;
  return html`
    <p>
      ${first.length ? "" : "Which program will use it? "}Each download has the LoRA and a model card, and is
      tested: diffusers must reproduce the studio’s images with it.
    </p>
    ${adapter && forms.length > 0 && areForDiffusersAlone(forms) && html`<${OtherModel} />`}
    ${uses}
    ${first.length ? html`<ul class="export-forms">${first.map(row)}</ul>` : null}
    ${
      first.length && rest.length
        ? html`<details class="how"><summary>Other programs</summary>
            <ul class="export-forms">${rest.map(row)}</ul>
          </details>`
        : html`<ul class="export-forms">${rest.map(row)}</ul>`
    }
  `;
}

/** Does no other program read LoRAs of this base model, as of the bundled one? */
/** @param {ExportChoice[]} forms */
const areForDiffusersAlone = (forms) => forms.every(({ form, usable }) => form === "diffusers" || !usable);

/** Says so before anything is prepared, and what to do instead. */
function OtherModel() {
  const again = () => {
    finishPlace.close();
    openStep("reference");
    doAgain();
  };
  return html`<p class="export-setting">
    Only diffusers reads LoRAs of this model. For ComfyUI, AUTOMATIC1111, Forge or InvokeAI, train with
    another base model.
    <${Button} class="link" data-action="other-model" onClick=${again}>
      Do the same with a model for ComfyUI…
    <//>
  </p>`;
}

/**
 * `isNext`: the one to press.
 * @typedef {{ round: string, choice: ExportChoice, job: QueuedJob | null }} OfForm
 * @param {OfForm & { lora: boolean, isNext: boolean }} props
 */
function Form({ round, choice: { form, title, note, usable, export: found }, job, lora, isNext }) {
  const [asking, ask] = useState(false);
  const { text, kind } = lastly(found, job);
  const isMade = kind === "made" || kind === "differs";
  const item = useKeptInside();
  const next = isNext ? "" : null;
  const prepare = async () => {
    ask(true);
    await write("export_round", { round, form });
    const named = await write("name_program", { form });
    if (named) set(destination, named);
    await refresh();
    ask(false);
  };
  return html`<li ref=${item} tabindex="-1" data-form=${form} data-state=${kind}>
    <div>
      <b>${title}</b><span>${note}</span>${text ? html`<output>${text}</output>` : null}
      ${isMade && lora ? html`<${Put} round=${round} form=${form} />` : null}
    </div>
    ${
      isMade
        ? html`<a
            class="button small" data-next=${next} href="export/${round}/${form}" download=""
          >Download</a>`
        : usable
          ? html`<${Button}
              data-next=${next} disabled=${asking || kind === "working"} onClick=${prepare}
              aria-label="Prepare the download ${title.replace("For", "for")}"
            >Prepare<//>`
          : null
    }
  </li>`;
}

/** @param {{ round: string, form: string }} props */
function Put({ round, form }) {
  const { folder } = destination.value;
  const put = submitting(async (place) => {
    const typed = place.querySelector("input")?.value ?? "";
    const answer = await write("put_lora", { round, form, folder: typed });
    if (!answer) return;
    set(destination, { form, folder: typed.trim() });
    toast(`The LoRA is in ${answer.path}`);
  });
  return html`<form class="export-put" onSubmit=${put}>
    <input
      type="text" required defaultValue=${folder} key=${folder}
      aria-label="Folder on the computer that runs GAL Studio"
      placeholder="A folder for LoRAs, such as …/models/loras" spellcheck="false"
    />
    <button type="submit" class="button small">Copy to folder</button>
  </form>`;
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
