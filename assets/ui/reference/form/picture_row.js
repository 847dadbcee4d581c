/** A row of the new project form: a picture, its own prompt, its mask, and what is noticed of it. */
/** @import { OwnShape, Runs, ExaminedPicture } from "payloads" */
/** @import { Note } from "./notes.js" */
import { call } from "../../app/session.js";
import { paintMask } from "../../brush/mask_dialog.js";
import { Button, html, withValue } from "../../kit/html.js";
import { partsIn } from "../../kit/places.js";
import { Crop } from "./crop.js";
import { Notes, noted } from "./notes.js";

const MASK = "-masklabel.png";
const LARGEST_PAINTED = 2048; // pixels per edge; the server scales pictures down to this size
const TOO_LARGE = "Large image: create the project first, then paint its mask";
const FOUND = "Subject found. Check and save the mask, or the background is trained on, too.";
const AS_ABOVE = "Same as above";

/** @param {{ name: string }} file */
export const isMask = (file) => file.name.toLowerCase().endsWith(MASK);
/**
 * May a file have captions: a text, a list, or what is named if it is not read?
 * @param {{ name: string }} file
 */
export const isText = (file) => /\.(txt|caption|jsonl?|csv|tsv|ya?ml|xml|md|tags|cap)$/i.test(file.name);
/**
 * Does a file belong to a system instead of a person, such as `._cat.png` of macOS?
 * @param {{ name: string }} file
 */
export const isCompanion = (file) => file.name.startsWith(".");
/** @param {{ name: string }} file */
export const stem = (file) =>
  (isMask(file) ? file.name.slice(0, -MASK.length) : file.name.replace(/\.[^.]+$/, "")).normalize();

/** @param {string} path of a picture that the studio has */
export const uploaded = (path) => `uploaded/${encodeURIComponent(path)}`;

let made = 0;

export class Row {
  id = ++made;
  note = "";
  captionFile = ""; // that the prompt is from, until it is changed
  proposal = ""; // of a prompt, by a vision-language model
  unproposed = ""; // why there is none
  isPointed = false; // by a note about several images
  isUnread = false; // by this browser
  /** @type {number[] | null} width and height; null until it is shown */
  size = null;
  /** @type {number | null} the place of the frame that was chosen, in [0, 1] */
  at = null;
  /** @type {OwnShape | null} in which it is trained where no square was chosen; null: a square */
  shape = null;
  /** @type {ExaminedPicture | null} what the studio notices of it */
  seen = null;
  /** @type {Note[]} */
  problems = [];
  /** @type {string | null} the uploaded file, once it was checked */
  path = null;
  /** @type {string | null} the same, also while it is being checked */
  kept = null;
  /** @type {string | null} an uploaded mask file */
  mask = null;
  /** @type {File | null} a mask that waits until the picture is checked */
  maskFile = null;
  /** @type {Runs | null} a painted mask */
  painted = null;
  ready = Promise.resolve();
  /** @type {(() => void) | null} checks it again, where no answer has come */
  retry = null;

  /**
   * @param {{ name: string, source: string, prompt: string }} picture `source` is the address to show it from
   * @param {{ remove: (row: Row) => void, changed: () => void }} on
   */
  constructor({ name, source, prompt }, { remove, changed }) {
    this.name = name;
    this.place = name; // with the folders in which it was chosen
    this.source = source;
    this.prompt = prompt;
    this.stem = stem({ name });
    this.remove = () => remove(this);
    this.changed = changed;
  }

  /**
   * No answer has come: it is not known whether the studio has it.
   * @param {() => Promise<void>} again
   */
  wait(again) {
    this.retry = () => {
      this.retry = null;
      this.ready = again();
      this.changed();
    };
    this.changed();
  }

  /** Where the browser does not read its format, such as HEIC, it is shown as the studio has it. */
  showStored() {
    if (this.path && this.isUnread) this.source = uploaded(this.path);
    this.changed();
  }
}

/**
 * @param {{ row: Row, isOnly: boolean, hasMask: boolean, use: (prompts: string[]) => unknown }} props
 *   `hasMask`: a mask can be painted; `use` writes the prompts of its set
 */
export function PictureRow({ row, isOnly, hasMask, use }) {
  const { captionFile, id, name, note, painted, problems, prompt, seen, source, size } = row;
  const isLarge = size !== null && Math.max(...size) > LARGEST_PAINTED;
  const ids = `notes-${id}`;
  const isFound = hasMask && seen?.subject && !painted && !row.mask;
  const maskWords = painted ? "Change mask" : isFound ? "Check mask" : "Paint mask";
  const warning = seen?.note ? [{ tone: "warning", text: seen.note }] : [];
  const load = (/** @type {{ currentTarget: HTMLImageElement }} */ { currentTarget: image }) => {
    row.size = [image.naturalWidth || 1, image.naturalHeight || 1];
    row.changed();
  };
  const unread = () => {
    row.isUnread = true;
    row.showStored();
  };
  const type = (/** @type {string} */ text) => {
    row.prompt = text;
    row.captionFile = "";
    row.changed();
  };
  const notes = [captionFile && `Caption from ${captionFile}`, note].filter(Boolean);
  return html`<li data-row=${id} data-pointed=${row.isPointed}>
    <img src=${source} alt=${name} width="64" height="64" onLoad=${load} onError=${unread} />
    <span class="reference-text">
      <span class="file-name" title=${name}>${name}</span>
      <input
        type="text" value=${prompt} aria-label="What ${name} shows" placeholder=${AS_ABOVE}
        hidden=${isOnly && !prompt} onInput=${withValue(type)} ...${noted(ids, problems)}
      />
      <${Notes} id=${ids} notes=${problems} use=${use} />
      ${partsIn("row", { row })}
      ${
        row.retry
          ? html`<span class="field-note" role="status">
              Not checked yet <${Button}
                data-action="retry" aria-label="Retry: ${name}" onClick=${row.retry}
              >Retry<//>
            </span>`
          : html`<span class="field-note">${isFound ? FOUND : notes.join("; ")}</span>`
      }
    </span>
    <${Button}
      data-action="paint-mask" aria-label="${maskWords}: ${name}"
      hidden=${!hasMask || Boolean(row.mask)}
      disabled=${isLarge} title=${isLarge ? TOO_LARGE : null}
      onClick=${() => paintRow(row)}
    >${maskWords}<//>
    <${Button} class="quiet" aria-label="Remove ${name}" onClick=${row.remove}>✕<//>
    <${Notes} id="${ids}-seen" notes=${warning} />
    <${Crop} row=${row} changed=${row.changed} />
    <${Seen} row=${row} />
  </li>`;
}

/**
 * The picture as it is and as the model sees it, where that differs.
 * @param {{ row: Row }} props
 */
function Seen({ row: { name, seen, source } }) {
  const { address, model, note, sentence } = seen ?? {};
  const figure = (/** @type {string} */ src, /** @type {string} */ alt, /** @type {string} */ caption) =>
    html`<figure><img src=${src} alt=${alt} /><figcaption>${caption}</figcaption></figure>`;
  return html`<div class="seen" role="status" hidden=${!sentence || Boolean(note)}>
    ${
      address &&
      html`${figure(source, `${name}, as it is`, "Your image")}
        ${figure(address, `${name}, as ${model} sees it`, `As ${model} sees it`)}<p>${sentence}</p>`
    }
  </div>`;
}

/**
 * Open the mask dialog before the project exists; the server checks the mask immediately.
 * @param {Row} row
 */
async function paintRow(row) {
  await row.ready;
  if (!row.path) return;
  paintMask({
    source: row.source,
    title: row.name,
    load: async () => ({
      mask: row.painted ?? row.seen?.subject ?? null,
      painted: Boolean(row.painted),
      can_undo: false,
      can_redo: false,
    }),
    of: { path: row.path },
    send: async (painted) => {
      const answer = await call("reference", "check", { path: row.path, painted });
      if (!answer) return false;
      row.painted = painted;
      row.note = answer.notes.join("; ");
      row.changed();
      return true;
    },
  });
}
