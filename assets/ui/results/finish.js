/** The end: a round with its images, its trigger words and its file for the program that a person named. */
/** @import { RoundResult } from "payloads" */
/** @import { Look } from "../viewer/looks.js" */
import { call } from "../app/session.js";
import { ofProject, state } from "../app/store.js";
import { Dialog } from "../kit/dialog.js";
import { inSentence } from "../kit/format.js";
import { Button, html, set } from "../kit/html.js";
import { useEffect, useState } from "../vendor/preact.min.js";
import { signal } from "../vendor/signals.min.js";
import { LookYourself } from "./doubt.js";
import { LookFiles, referenceFrames } from "../viewer/viewer.js";
import { looksOf, looksOfRounds } from "./first_looks.js";

const shown = signal(/** @type {string | null} */ (null));
const dialog = new Dialog("exports", {
  closed: () => {
    shown.value = null;
  },
});
/** The rounds of the project, for this dialog and the screen of results. */
export const known = ofProject(() => /** @type {RoundResult[]} */ ([]));

/**
 * What a feature shows of a round in the dialog, which opens once that is loaded. `Files` gets the round, and
 * `uses`: how to use its LoRA.
 * @typedef {{ load: (round: string) => Promise<void>,
 *   Files: (props: { round: RoundResult, uses: unknown }) => unknown }} Added
 * @type {Added[]}
 */
const added = [];
/** @param {Added} files */
export const addFiles = (files) => added.push(files);

export const finishOpen = () => dialog.isOpen;

/** The dialog as a place, named by its round. @type {import("../app/places.js").Kind} */
export const finishPlace = {
  now: () => (dialog.isOpen ? shown.value : null),
  open: (id) => {
    const round = known.value.find((one) => one.id === id);
    if (!round)
      openDownload(id); // the rounds have not come yet, or another screen is shown
    else if (finishPlace.now() !== id) openFinish(round);
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
  const answer = await call("results", "outcomes", { project: state.projectId });
  const id = wanted ?? answer?.rounds.findLast(({ adapter }) => adapter)?.id;
  const round = answer?.rounds.find((one) => one.id === id);
  if (!answer || !round || finishPlace.now() === id) return;
  set(known, [...answer.rounds]);
  openFinish(round);
}

/** @param {RoundResult} round */
export function openFinish(round) {
  shown.value = round.id;
  dialog.open(titleOf(round), html`<${Finish} key=${round.id} id=${round.id} />`);
}

/** @param {RoundResult} round */
const titleOf = ({ adapter, name }) => `${adapter ? "Your LoRA:" : "Download"} ${inSentence(name)}`;

/** @param {{ id: string }} props */
function Finish({ id }) {
  const [isReady, ready] = useState(false); // no row moves while one presses
  useEffect(() => {
    Promise.all(added.map(({ load }) => load(id))).then(() => ready(true));
  }, []);
  const round = known.value.find((one) => one.id === id);
  const [last, keep] = useState(round);
  if (round && round !== last) keep(round);
  if (!last || !isReady) return null; // it opens with all that it has
  const { words } = state.measures ?? {};
  const said = words?.rounds[id];
  const uses = said?.uses && html`<p class="export-setting">${said.uses}</p>`;
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
    ${added.map(({ Files }, i) => html`<${Files} key=${i} ...${{ round: last, uses }} />`)}
    ${added.length ? null : html`<p>${WITHOUT_FILES}</p>${uses}`}
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
    openFinish(round);
  };
  return html`<${Button} class="link" data-action="other-round" onClick=${take}>
    Take ${inSentence(round.name)} instead
  <//>`;
}

const WITHOUT_FILES = "This studio writes no files for other programs.";
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

function Triggers() {
  const words = state.project?.triggers ?? [];
  return words.length
    ? html`<p class="export-triggers">
        Write this in a prompt:
        ${words.map((one) => html` <code key=${one} translate=${false}>${one}</code>`)}
      </p>`
    : null;
}
