/** One set of references in the form: pictures, their prompt with exceptions, and a trigger word. */
/** @import { DerivedSet, FormNote, ProjectKind, ExaminedSet } from "payloads" */
/** @import { SavedSet } from "./saved_form.js" */
/** @import { Note } from "./notes.js" */
import { TAUGHT } from "../../app/kinds.js";
import { byFinger } from "../../kit/dom.js";
import { count } from "../../kit/format.js";
import { Button, html, withValue } from "../../kit/html.js";
import { partsIn } from "../../kit/places.js";
import { toast } from "../../kit/toast.js";
import { useLayoutEffect, useRef, useState } from "../../vendor/preact.min.js";
import { giveCaptions, readCaptions, saveCaptions } from "./captions.js";
import { Derived } from "./derived.js";
import { droppedFiles, pathOf, taken } from "./folder.js";
import { Notes, noted } from "./notes.js";
import { isMask, isText, PictureRow, Row, stem, uploaded } from "./picture_row.js";
import { checkAgain, giveMask, send } from "./upload.js";

const FILE = "[data-part=file]";
const PROMPT = "[data-part=prompt]";
/** The example for a second object: with the first one's, both would have one trigger word. */
const FURTHER = { prompt: "A <red-mug> mug on a table", word: "<red-mug>" };

let made = 0;

/** `changed()` is called when anything of it has changed that is shown or kept. */
export class PictureSet {
  id = ++made;
  trigger = "";
  prompt = "";
  /** @type {Row[]} */
  rows = [];
  /** @type {Map<string, string>} prompts of pictures that have to be chosen again, by stem */
  remembered = new Map();
  /** @type {ExaminedSet["notes"]} the warnings about several pictures */
  several = [];
  leftOut = ""; // of what was dropped or chosen last, in words
  /** @type {FormNote[]} */
  notes = [];
  /** @type {DerivedSet | null} */
  derived = null;
  /** @type {string | null} what gets the focus when the set is shown next */
  wanted = null;

  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
  }

  /** The prompt of each picture: its own, or the one for all pictures, or that of the first picture. */
  prompts() {
    const all = this.prompt.trim() || (this.rows[0]?.prompt.trim() ?? "");
    return this.rows.map((row) => row.prompt.trim() || all);
  }

  /** The field that each prompt was written into. */
  places() {
    return this.rows.map((row, i) => (row.prompt.trim() ? String(i) : "prompt"));
  }

  /**
   * Write other prompts, each into the field that it stands in.
   * @param {string[]} prompts
   */
  use(prompts) {
    const places = this.rows.length ? this.places() : ["prompt"];
    for (const [i, place] of places.entries())
      if (place === "prompt") this.prompt = prompts[i];
      else Object.assign(this.rows[i], { prompt: prompts[i], captionFile: "" });
    this.changed();
  }

  /** What `derive` asks of the set: without pictures, the prompt for all alone. */
  facts() {
    const alone = this.prompt.trim();
    return {
      trigger_word: this.trigger,
      pictures: this.rows.length,
      sizes: this.rows.map((row) => row.size),
      ...(this.rows.length
        ? { prompts: this.prompts(), places: this.places() }
        : { prompts: alone ? [alone] : [], places: ["prompt"].slice(alone ? 0 : 1) }),
    };
  }

  ready() {
    return Promise.all(this.rows.map((row) => row.ready));
  }

  references() {
    const prompts = this.prompts();
    return this.rows
      .map(({ path, mask, painted, at: crop }, i) => ({ path, mask, painted, crop, prompt: prompts[i] }))
      .filter(({ path }) => path);
  }

  uploads() {
    return this.rows.flatMap(({ path, name }) => (path ? [{ path, name }] : []));
  }

  /** @param {File[]} chosen pictures, prompts as text files, and masks; also those of folders */
  async add(chosen) {
    const [files, said] = taken(chosen, this.rows.length);
    this.leftOut = said;
    const key = (/** @type {File} */ file) => stem({ name: pathOf(file) });
    const masks = files.filter(isMask);
    const pictures = files.filter((file) => !isText(file) && !isMask(file));
    const captions = await readCaptions(files, [
      ...pictures.map(pathOf),
      ...this.rows.map(({ place }) => place),
    ]);
    giveCaptions(this, captions, pictures.map(key));
    for (const one of pictures) this.addPicture(one, captions.get(key(one)));
    const of = (/** @type {File} */ mask) =>
      this.rows.find((row) => stem({ name: row.place }) === key(mask)) ??
      this.rows.find((row) => row.stem === stem(mask));
    for (const mask of masks) giveMask(of(mask), mask);
    if (this.prompts().some((prompt) => !prompt)) this.wanted = PROMPT;
    this.changed();
  }

  /**
   * @param {File} file
   * @param {import("./captions.js").Caption} [caption]
   */
  addPicture(file, caption) {
    const prompt = caption?.text || (this.remembered.get(stem(file)) ?? "");
    const row = this.newRow({ name: file.name, source: URL.createObjectURL(file), prompt });
    row.place = pathOf(file);
    row.captionFile = caption?.source ?? "";
    this.remembered.delete(row.stem);
    row.ready = send(row, file);
  }

  /** @param {{ name: string, source: string, prompt: string }} picture */
  newRow(picture) {
    const row = new Row(picture, { remove: (one) => this.take(one), changed: this.changed });
    this.rows.push(row);
    return row;
  }

  /** @param {Row} row */
  take(row) {
    const at = this.rows.indexOf(row);
    if (at < 0) return; // removed during the upload
    this.rows.splice(at, 1);
    const next = this.rows[at] ?? this.rows.at(-1);
    if (document.activeElement?.closest(`[data-row="${row.id}"]`))
      this.wanted = next ? `[data-row="${next.id}"] .quiet` : FILE;
    this.changed();
  }

  /** Remove all pictures; they can be brought back while the message stands. */
  removeAll() {
    const removed = this.rows.splice(0);
    const act = () => {
      this.rows.unshift(...removed);
      this.changed();
    };
    this.several = [];
    this.leftOut = "";
    this.notes = [];
    this.wanted = FILE;
    this.changed();
    toast(`${count(removed.length, "image")} removed`, "plain", { label: "Undo", act });
  }

  /** @returns {SavedSet} */
  kept() {
    return {
      trigger: this.trigger,
      prompt: this.prompt,
      rows: this.rows.flatMap(({ name, kept, prompt, mask, painted, at: crop }) =>
        kept ? [{ name, path: kept, prompt, mask, painted, crop }] : [],
      ),
    };
  }

  /** @param {SavedSet} set */
  restore({ trigger, prompt: all, rows }) {
    this.trigger = trigger;
    this.prompt = all;
    for (const { name, path, prompt, mask, painted, crop } of rows) {
      const row = this.newRow({ name, source: uploaded(path), prompt });
      Object.assign(row, { mask, painted, kept: path, at: crop ?? null });
      this.remembered.set(row.stem, prompt);
      row.ready = checkAgain(row, path).then(() => {
        if (row.path) this.remembered.delete(row.stem);
      });
    }
  }

  /**
   * What the server derives from the set, null while it is empty, and its notes.
   * @param {DerivedSet | null} derived
   * @param {FormNote[]} notes
   */
  show(derived, notes) {
    Object.assign(this, { derived, notes });
    for (const [i, row] of this.rows.entries()) {
      row.shape = derived?.shapes?.[i] ?? null;
      row.problems = this.notesOf(String(i));
    }
  }

  /** @param {string} field */
  notesOf(field) {
    return this.notes.filter((one) => one.field === field);
  }

  /** @param {ExaminedSet | undefined} found */
  showSeen(found) {
    for (const picture of found?.pictures ?? [])
      for (const row of this.rows) if (row.path === picture.path) row.seen = picture;
    this.several = found?.notes ?? [];
  }

  /**
   * Frame the pictures of a note, and go to the first one; once more, and they are not framed.
   * @param {string[]} paths
   */
  point(paths) {
    const wanted = this.rows.filter((row) => row.path && paths.includes(row.path));
    const isOver = wanted.every((row) => row.isPointed);
    for (const row of this.rows) row.isPointed = !isOver && wanted.includes(row);
    this.wanted = isOver || !wanted[0] ? null : `[data-row="${wanted[0].id}"] input[type=text]`;
    this.changed();
  }
}

/**
 * @param {{ set: PictureSet, kind: ProjectKind, number: number | null, anchors: string[] | null,
 *   remove: (set: PictureSet) => void }} props `number` among several objects, null for the only one
 */
export function References({ set, kind, number, anchors, remove }) {
  const { id, derived, prompt, rows, trigger } = set;
  const node = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => {
    const wanted = set.wanted && node.current?.querySelector(set.wanted);
    set.wanted = null;
    if (wanted instanceof HTMLElement) wanted.focus();
  });
  const type = (/** @type {"prompt" | "trigger"} */ field) =>
    withValue((text) => {
      set[field] = text;
      set.changed();
    });
  const use = (/** @type {string[]} */ prompts) => set.use(prompts);
  const several = rows.length > 1;
  const isFurther = number !== null && number > 1;
  const facts = derived?.facts?.filter(([name]) => number || name !== "Trigger word" || !trigger.trim());
  const word = derived?.facts?.find(([name]) => name === "Trigger word")?.[1];
  const ids = (/** @type {string} */ field) => `notes-set-${id}-${field}`;
  const together = set.several.map(({ text, paths }) => {
    const show = several ? () => set.point(paths) : undefined;
    return { tone: "warning", text, show };
  });
  if (set.leftOut) together.unshift({ tone: "warning", text: set.leftOut, show: undefined });
  const save = () => saveCaptions(rows, set.prompts());
  const [over, setOver] = useState(false);
  const drag = (/** @type {DragEvent} */ event) => {
    if (!event.dataTransfer?.types.includes("Files")) return; // words may be dropped into a field
    event.preventDefault();
    setOver(event.type === "dragover");
    if (event.type === "drop") droppedFiles(event.dataTransfer).then((files) => set.add(files));
  };
  return html`<div
    class="reference-set" role="group" aria-label=${number ? `Object ${number}` : "References"} ref=${node}
    data-over=${over} onDragOver=${drag} onDragLeave=${drag} onDrop=${drag}
  >
    <div class="set-head" hidden=${!number}>
      <h3>Object ${number}</h3>
      <${Button} class="quiet" aria-label="Remove object ${number}" onClick=${() => remove(set)}>Remove<//>
    </div>
    <div class="field">
      <span class="field-name">Reference images</span>
      <${Drop} set=${set} id=${ids("pictures")} notes=${[...set.notesOf("pictures"), ...together]} />
    </div>
    <div class="field prompt-field">
      <label class="field">
        <span class="field-name">${several ? "What the images show" : "What the image shows"}</span>
        <input
          type="text" data-part="prompt" spellcheck=${true} value=${prompt}
          placeholder=${isFurther ? FURTHER.prompt : TAUGHT[kind].prompt} onInput=${type("prompt")}
          ...${noted(ids("prompt"), set.notesOf("prompt"))}
        />
      </label>
      <span class="set-actions">
        <${Button} class="quiet remove-all" hidden=${!several} onClick=${() => set.removeAll()}>
          Remove all ${count(rows.length, "image")}
        <//>
        ${partsIn("set", { set, kind })}
        <${Button}
          class="quiet save-captions" hidden=${!rows.length} onClick=${save}
          title="Save the prompts as text files named like the images, in a zip file"
        >Save captions<//>
      </span>
      <${Notes} id=${ids("prompt")} notes=${set.notesOf("prompt")} use=${use} />
    </div>
    <ol class="reference-rows" aria-label=${count(rows.length, "image")}>${rows.map(
      (row) =>
        html`<${PictureRow}
          key=${row.id} row=${row} isOnly=${!several} hasMask=${TAUGHT[kind].is_subject} use=${use}
        />`,
    )}</ol>
    <div class="field" hidden=${!TAUGHT[kind].has_trigger_word}>
      <label class="field">
        <span class="field-name">Trigger word</span>
        <input
          type="text" data-part="trigger" spellcheck=${false} value=${trigger}
          placeholder=${word ?? (isFurther ? FURTHER.word : "<cute-cat>")}
          onInput=${type("trigger")} ...${noted(ids("trigger"), set.notesOf("trigger"))}
        />
        <span class="field-note">A made-up word for your object, to use in prompts.</span>
      </label>
      <${Notes} id=${ids("trigger")} notes=${set.notesOf("trigger")} />
    </div>
    <${Derived} facts=${facts} anchors=${anchors} />
  </div>`;
}

/** @param {{ set: PictureSet, id: string, notes: Note[] }} props */
function Drop({ set, id, notes }) {
  const choose = (/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget: input }) => {
    set.add([...(input.files ?? [])]);
    input.value = "";
  };
  return html`<label class="drop">
      <input
        type="file" multiple data-part="file"
        accept="image/*,.heic,.heif,.txt,.caption,.jsonl,.json,.csv,.tsv"
        aria-label="Choose reference images" onChange=${choose} ...${noted(id, notes)}
      />
      <b>Drop images or a folder here, or choose images</b>
      <span>Captions in .txt files of the same name become prompts.</span>
    </label>
    <${Notes} id=${id} notes=${notes} />
    <label class="link choose-folder" hidden=${byFinger()}>
      Choose a folder<input type="file" webkitdirectory data-part="folder" onChange=${choose} />
    </label>`;
}
