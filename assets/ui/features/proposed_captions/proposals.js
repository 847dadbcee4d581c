/** Prompts that a vision-language model proposes: each stands beside its image until used or put away. */
/** @import { ProjectKind } from "payloads" */
/** @import { PictureSet } from "../../reference/form/picture_set.js" */
/** @import { Row } from "../../reference/form/picture_row.js" */
import { call } from "../../app/session.js";
import { ask } from "../../kit/ask.js";
import { count } from "../../kit/format.js";
import { Button, html, Labelled } from "../../kit/html.js";
import { keep, kept } from "../../kit/kept.js";
import { toast } from "../../kit/toast.js";

const SERVER = "gal-studio-caption-server";
const MODEL = "gal-studio-caption-model";
const USUAL = "http://127.0.0.1:1234/v1";
const WORDS = [
  "A model that another program serves, such as LM Studio, looks at each image that has no prompt.",
  "Its proposal stays beside the image until you use it.",
  "A server that wants a key gets the one in the variable GAL_STUDIO_CAPTION_KEY.",
];

/**
 * Ask which server, then ask it for each image without a prompt of its own.
 * @param {PictureSet} set
 * @param {ProjectKind} kind
 */
async function proposePrompts(set, kind) {
  await set.ready();
  const rows = set.rows.filter((row) => row.path && !row.prompt.trim());
  if (!rows.length) {
    toast("Every image has a prompt: clear those that should be proposed.");
    return;
  }
  await ask({
    title: `Propose ${count(rows.length, "prompt")}?`,
    words: [
      ...WORDS,
      html`<${Labelled} name="Server">
        <input
          type="text" inputmode="url" name="server" required spellcheck=${false}
          value=${kept(SERVER) ?? USUAL}
        />
      <//>`,
      html`<${Labelled} name="Model (if the server has several)">
        <input type="text" name="model" value=${kept(MODEL) ?? ""} spellcheck=${false} />
      <//>`,
    ],
    answers: [["propose", "Propose"]],
    meanwhile: "Looking at the images …",
    attempt: (typed) => proposeEach(set, kind, rows, typed),
  });
}

/**
 * One after the other, so that a server's first refusal is the only one; what came before it stays. An answer
 * that is no caption is said beside its image.
 * @param {PictureSet} set
 * @param {ProjectKind} kind
 * @param {Row[]} rows
 * @param {FormData} typed
 */
async function proposeEach(set, kind, rows, typed) {
  const [server, model] = ["server", "model"].map((name) => String(typed.get(name) ?? "").trim());
  keep(SERVER, server);
  keep(MODEL, model);
  for (const row of rows) {
    if (!set.rows.includes(row) || !row.path || row.proposal) continue;
    const { path } = row;
    const asked = { path, kind, server, model, trigger_word: set.trigger };
    const answer = await call("reference", "propose_prompt", asked);
    if (!answer) return false;
    row.proposal = answer.prompt;
    row.unproposed = answer.problem;
    set.changed();
  }
  return true;
}

/** @param {{ set: PictureSet, kind: ProjectKind }} props */
export const ProposeButton = ({ set, kind }) => html`<${Button}
  class="quiet propose-prompts" hidden=${!set.rows.length} onClick=${() => proposePrompts(set, kind)}
  title="Let your own vision-language model propose what each image shows"
>Propose prompts<//>`;

/** @param {{ row: Row }} props */
export function Proposal({ row }) {
  const end = (/** @type {string} */ prompt) => {
    Object.assign(row, { prompt, proposal: "", unproposed: "", captionFile: "" });
    row.changed();
  };
  const { proposal, unproposed } = row;
  return html`<span class="proposal" role="status" hidden=${!(proposal || unproposed)}>
    <span class="field-note">${proposal ? `Proposed: “${proposal}”` : unproposed}</span>
    <${Button} data-action="use-proposal" hidden=${!proposal} aria-label="Use the proposal for ${row.name}"
      onClick=${() => end(row.proposal)}>Use<//>
    <${Button} class="quiet" aria-label="Dismiss the proposal for ${row.name}"
      onClick=${() => end(row.prompt)}>✕<//>
  </span>`;
}
