/** The end: a round with its images, its trigger words and its file for the program that a person named. */
/** @import { Destination, ExportChoice, QueuedJob, RoundResult } from "payloads" */
/** @import { Look } from "../viewer/looks.js" */
import { call, openStep, refresh } from "../app/session.js";
import { emit, state } from "../app/store.js";
import { useEvents } from "../app/watch.js";
import { write } from "../app/writes.js";
import { Dialog } from "../kit/dialog.js";
import { inSentence } from "../kit/format.js";
import { Button, html, set } from "../kit/html.js";
import { toast } from "../kit/toast.js";
import { useEffect, useLayoutEffect, useRef, useState } from "../vendor/preact.min.js";
import { signal } from "../vendor/signals.min.js";
import { LookYourself } from "./doubt.js";
import { LookFiles, referenceFrames } from "../viewer/viewer.js";
import { lastly } from "../features/exports/words.js";
import { looksOf, looksOfRounds } from "./first_looks.js";

/** @type {string | null} the round of the dialog */
let shown = null;
const dialog = new Dialog("exports", {
  closed: () => {
    shown = null;
  },
});
/** The rounds of the screen. */
const known = signal(/** @type {RoundResult[]} */ ([]));
/** The program that was named, and the folder that was used last. */
const destination = signal(/** @type {Destination} */ ({ form: "", folder: "" }));

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
 * Open the dialog of a round from another screen; by itself, of the best one, or else of the newest LoRA.
 * @param {string | null} [wanted]
 */
export async function openDownload(wanted = state.measures?.best ?? null) {
  if (!state.projectId) return;
  const answer = await call("results", "results", { project: state.projectId });
  const id = wanted ?? answer?.rounds.findLast(({ adapter }) => adapter)?.id;
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
  dialog.open(titleOf(round), html`<${Exports} key=${round.id} id=${round.id} />`);
}

/** @param {RoundResult} round */
const titleOf = ({ adapter, name }) => `${adapter ? "Your LoRA:" : "Download"} ${inSentence(name)}`;

/** @param {{ id: string }} props */
function Exports({ id }) {
  useEvents("queue");
  const [wanted, want] = useState(/** @type {string | null} */ (null)); // no row moves while one presses
  useEffect(() => {
    call("results", "destination", {}).then((found) => {
      if (found) set(destination, found);
      want(found?.form ?? "");
    });
  }, []);
  const round = known.value.find((one) => one.id === id);
  const [last, keep] = useState(round);
  if (round && round !== last) keep(round);
  if (!last || wanted === null) return null; // it opens with all that it has
  const job = [...state.queue.working, ...state.queue.waiting].find(
    (other) => other.kind === "export" && other.round_id === id,
  );
  const { words } = state.measures ?? {};
  const said = words?.rounds[id];
  const usable = last.exports.filter((one) => one.usable);
  const named = usable.length > 1 ? wanted : usable[0]?.form;
  const first = usable.filter(({ form }) => form === named);
  const rest = last.exports.filter((one) => !first.includes(one));
  const row = (/** @type {ExportChoice} */ choice) =>
    html`<${Form}
      key=${choice.form} ...${{ choice, job }} round=${id} lora=${last.adapter} isNext=${choice === first[0]}
    />`;
  return html`
    <h2>${titleOf(last)}</h2>
    ${
      last.adapter &&
      html`<p class="export-best">
      ${said?.place ?? words?.place} <${Instead} round=${otherThan(id)} />
    </p>`
    }
    ${last.without_choices && html`<p>${WITHOUT_CHOICES}</p>`}
    ${last.adapter && html`<${Shown} round=${last} /><${LookYourself} round=${id} />`}
    ${last.adapter && html`<${Triggers} />`}
    <p>
      ${
        last.adapter
          ? `${first.length ? "" : "Which program will use it? "}Each download has the LoRA and a model ` +
            "card, and is checked: diffusers must generate the studio’s images with it."
          : "Your references, and a model card that says how to generate the same elsewhere. It is " +
            "checked: diffusers must generate the studio’s images."
      }
    </p>
    ${isForDiffusersAlone(last) && html`<${OtherModel} />`}
    ${said?.uses && html`<p class="export-setting">${said.uses}</p>`}
    ${first.length ? html`<ul class="export-forms">${first.map(row)}</ul>` : null}
    ${
      first.length && rest.length
        ? html`<details class="how"><summary>Other programs</summary>
            <ul class="export-forms">${rest.map(row)}</ul>
          </details>`
        : html`<ul class="export-forms">${rest.map(row)}</ul>`
    }
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

/**
 * What may be taken instead: the round that is open, or the best one, or the next best if that may be chance.
 * @param {string} id
 */
export function otherThan(id) {
  const { best, rivals = [] } = state.measures ?? {};
  return [state.roundId, best === id ? rivals[0] : best]
    .map((wanted) => known.value.find((one) => one.id === wanted && wanted !== id && one.adapter))
    .find(Boolean);
}

/** @param {{ round: RoundResult | undefined }} props */
function Instead({ round }) {
  if (!round) return null;
  const take = () => {
    dialog.close(); // another dialog, for the address and the focus
    openExports(round);
  };
  return html`<${Button} class="link" data-action="other-round" onClick=${take}>
    Take ${inSentence(round.name)} instead
  <//>`;
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
    Only diffusers reads LoRAs of this model. ComfyUI, AUTOMATIC1111, Forge and InvokeAI need another one.
    <${Button} class="link" data-action="other-model" onClick=${again}>
      Do the same with a model for ComfyUI…
    <//>
  </p>`;
}

const WITHOUT_CHOICES = "It was trained on your references alone, without the images you accepted.";

/** The places of the images that have not come yet. */
const COMING = ["Base model", "…"];

/**
 * Reference, base model and this round side by side, to look at and to send.
 * @param {{ round: RoundResult }} props
 */
function Shown({ round }) {
  const [look, show] = useState(/** @type {Look | null | undefined} */ (undefined)); // while it comes
  useEffect(() => {
    firstLook(round.id).then(show);
  }, [round.id]);
  if (look === null) return null;
  const references = referenceFrames();
  const frames = look?.frames ?? COMING.map((name) => ({ name, src: null }));
  return html`<figure class="export-look">
    <div>
      ${[...references.slice(0, 1), ...frames].map(
        ({ name, src }) => html`<figure key=${name}>
          ${src ? html`<img src=${src} alt="${name}: ${look?.title}" />` : html`<span class="waiting" />`}
          <figcaption>${name}</figcaption>
        </figure>`,
      )}
    </div>
    ${look && html`<${LookFiles} look=${look} references=${references} />`}
  </figure>`;
}

/**
 * A benchmark prompt by the base model and by the round as it is best; else a test prompt by the round.
 * @param {string} id
 * @returns {Promise<Look | null>}
 */
async function firstLook(id) {
  const { measures, project, projectId } = state;
  const columns = (measures?.words.sheet ?? [])
    .filter(({ key, round, decides }) => !key || (round === id && decides))
    .map((one) => ({ ...one, best: one.key !== "" }));
  const sheet = columns.length > 1 && (await call("results", "test_pictures", { project: projectId }));
  const [measured] = sheet ? looksOf([...sheet.rows], columns) : [];
  const anchor = project?.anchors[0]?.id;
  if (measured || !anchor) return measured ?? null;
  const seeds = await call("results", "same_seed", { project: projectId, anchor, index: 0 });
  const name = known.value.find((one) => one.id === id)?.name;
  return looksOfRounds((seeds?.rounds ?? []).filter((one) => one.name === name))[0] ?? null;
}

/** The words to write in a prompt. */
function Triggers() {
  const words = state.project?.triggers ?? [];
  return words.length
    ? html`<p class="export-triggers">
        Write this in a prompt:
        ${words.map((one) => html` <code key=${one} translate=${false}>${one}</code>`)}
      </p>`
    : null;
}

/**
 * `isNext`: the one to press.
 * @typedef {{ round: string, choice: ExportChoice, job: QueuedJob | undefined }} OfForm
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

/**
 * Puts the file into a folder of the machine that the studio runs on.
 * @param {{ round: string, form: string }} props
 */
function Put({ round, form }) {
  const { folder } = destination.value;
  /** @param {Event & { currentTarget: HTMLFormElement }} event */
  const put = async (event) => {
    event.preventDefault();
    const typed = event.currentTarget.querySelector("input")?.value ?? "";
    const answer = await write("put_lora", { round, form, folder: typed });
    if (!answer) return;
    set(destination, { form, folder: typed.trim() });
    toast(`The LoRA is in ${answer.path}`);
  };
  return html`<form class="export-put" onSubmit=${put}>
    <input
      type="text" required defaultValue=${folder} key=${folder} aria-label="Folder of the studio’s computer"
      placeholder="A folder for LoRAs, such as …/models/loras" spellcheck="false"
    />
    <button type="submit" class="button small">Put it there</button>
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
