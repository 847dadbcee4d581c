/** One set of references in the form: pictures, their prompt with exceptions, and a trigger word. */
/** @import { DerivedSet, FormNote, ProjectKind, ExaminedSet } from "payloads" */
/** @import { Row } from "./picture_row.js" */
/** @import { SavedSet } from "./saved_form.js" */
import { setAttribute, setText } from "../../kit/dom.js";
import { count } from "../../kit/format.js";
import { toast } from "../../kit/toast.js";
import { isList, isOtherForm } from "./caption_lists.js";
import { giveCaptions, readCaptions, saveCaptions } from "./captions.js";
import { showDerived } from "./derived.js";
import { showNotes } from "./notes.js";
import { checkAgain, giveMask, send } from "./upload.js";
import {
  isCompanion,
  isMask,
  isText,
  makeRow,
  removeButton,
  showPainted,
  showExamined,
  stem,
} from "./picture_row.js";
import { elementsOf, takeFiles } from "./set_elements.js";

/** @type {Record<ProjectKind, string>} */
const EXAMPLES = { style: "A cat in bold outline style", object: "A <cute-cat> cat on the stairs" };
const AS_ABOVE = "Same as above";

/** `changed()` is called when a prompt, a picture or the trigger word has changed. */
export class PictureSet {
  /** @type {Row[]} */
  rows = [];
  /** @type {ProjectKind} */
  kind = "style";
  /** @type {Map<string, string>} prompts of pictures that have to be chosen again, by stem */
  remembered = new Map();
  /** @type {string} the warning about all pictures together */
  warning = "";
  /** @type {FormNote[]} */
  pictureNotes = [];

  /** @param {{ changed: () => void, remove: () => void }} on */
  constructor({ changed, remove }) {
    this.changed = changed;
    const save = () => saveCaptions(this.rows, this.prompts());
    const removeAll = () => this.removeAll();
    this.parts = elementsOf({ changed: () => this.refresh(), remove, save, removeAll });
    this.node = this.parts.node;
    this.file = this.parts.file;
    takeFiles(this.parts.drop, this.file, (files) => this.add(files));
    this.arrange();
  }

  /** The prompt of each picture: its own, or the one for all pictures, or that of the first picture. */
  prompts() {
    const all = this.parts.prompt.value.trim() || (this.rows[0]?.prompt.value.trim() ?? "");
    return this.rows.map((row) => row.prompt.value.trim() || all);
  }

  /** The field that each prompt was written into. */
  places() {
    return this.rows.map((row, i) => (row.prompt.value.trim() ? String(i) : "prompt"));
  }

  word() {
    return this.parts.trigger.value;
  }

  /** What `derive` asks of the set: without pictures, the prompt for all alone. */
  facts() {
    const alone = this.parts.prompt.value.trim();
    return {
      trigger_word: this.word(),
      pictures: this.rows.length,
      sizes: this.rows.map((row) => row.crop.size()),
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
      .map((row, i) => ({
        path: row.path,
        mask: row.mask,
        painted: row.painted,
        crop: row.crop.chosen(),
        prompt: prompts[i],
      }))
      .filter((row) => row.path);
  }

  /** The pictures that the studio has. */
  uploads() {
    return this.rows.flatMap(({ path, name }) => (path ? [{ path, name }] : []));
  }

  /** @param {File[]} files pictures, prompts as text files, and masks */
  async add(files) {
    files = files.filter((file) => !isCompanion(file));
    const masks = new Map(files.filter(isMask).map((one) => [stem(one), one]));
    const isPicture = (/** @type {File} */ file) =>
      ![isText, isList, isOtherForm, isMask].some((is) => is(file));
    const pictures = files.filter(isPicture);
    const captions = await readCaptions(
      files,
      [...pictures, ...this.rows].map(({ name }) => name),
    );
    giveCaptions(this, captions, pictures.map(stem));
    for (const one of pictures) this.addPicture(one, captions.get(stem(one)) ?? "");
    const of = (/** @type {string} */ name) => this.rows.find((row) => row.stem === name);
    for (const [name, mask] of masks) giveMask(of(name), mask);
    if (this.prompts().some((prompt) => !prompt)) this.parts.prompt.focus();
    this.refresh();
  }

  /**
   * @param {File} file
   * @param {string} caption
   */
  addPicture(file, caption) {
    const source = URL.createObjectURL(file);
    const row = this.newRow(file.name, source, caption || (this.remembered.get(stem(file)) ?? ""));
    this.remembered.delete(row.stem);
    row.ready = send(row, file);
  }

  /**
   * @param {string} name
   * @param {string} source
   * @param {string} caption
   */
  newRow(name, source, caption) {
    const row = makeRow({ name, source, caption }, { remove: () => this.take(row), changed: this.changed });
    this.rows.push(row);
    this.parts.list.append(row.node);
    row.prompt.addEventListener("input", () => this.refresh());
    this.arrange();
    return row;
  }

  /** @param {Row} row */
  take(row) {
    const at = this.rows.indexOf(row);
    if (at < 0) return; // removed during the upload
    const held = row.node.contains(document.activeElement);
    row.node.remove();
    this.rows.splice(at, 1);
    if (held) (removeButton(this.rows[at] ?? this.rows.at(-1)) ?? this.file).focus();
    this.refresh();
  }

  /** Remove all pictures; they can be brought back while the message stands. */
  removeAll() {
    const removed = this.rows.splice(0);
    for (const row of removed) row.node.remove();
    this.warning = "";
    this.pictureNotes = [];
    this.showPictureNotes();
    this.file.focus();
    this.refresh();
    toast(`${count(removed.length, "image")} removed`, "plain", {
      label: "Undo",
      act: () => {
        this.rows.unshift(...removed);
        this.parts.list.prepend(...removed.map((row) => row.node));
        this.refresh();
      },
    });
  }

  clear() {
    for (const row of this.rows.splice(0)) row.node.remove();
    this.parts.trigger.value = "";
    this.parts.prompt.value = "";
    this.remembered.clear();
    this.warning = "";
    this.pictureNotes = [];
    this.parts.derived.replaceChildren();
    this.arrange();
  }

  /** @returns {SavedSet} */
  kept() {
    return {
      trigger: this.word(),
      prompt: this.parts.prompt.value,
      rows: this.rows.flatMap(({ name, kept, prompt, mask, painted, crop }) =>
        kept ? [{ name, path: kept, prompt: prompt.value, mask, painted, crop: crop.chosen() }] : [],
      ),
    };
  }

  /** @param {SavedSet} set */
  restore({ trigger, prompt, rows }) {
    this.parts.trigger.value = trigger;
    this.parts.prompt.value = prompt;
    for (const { name, path, prompt: own, mask, painted, crop } of rows) {
      const row = this.newRow(name, `uploaded/${encodeURIComponent(path)}`, own);
      Object.assign(row, { mask, painted, kept: path });
      row.crop.restore(crop ?? null);
      this.remembered.set(row.stem, own);
      row.ready = checkAgain(row, path).then(() => {
        if (row.path) this.remembered.delete(row.stem);
        this.arrange();
      });
    }
  }

  refresh() {
    this.arrange();
    this.changed();
  }

  /** @param {ProjectKind} kind */
  setKind(kind) {
    this.kind = kind;
    this.arrange();
  }

  /** Show what the number of pictures and the kind ask for. */
  arrange() {
    const { field, prompt, question, save, removeAll } = this.parts;
    const several = this.rows.length > 1;
    field.hidden = this.kind === "style";
    prompt.placeholder = EXAMPLES[this.kind];
    setText(question, several ? "What the images show" : "What the image shows");
    save.hidden = !this.rows.length;
    removeAll.hidden = !several;
    setText(removeAll, `Remove all ${count(this.rows.length, "image")}`);
    for (const row of this.rows) {
      row.prompt.hidden = !several && !row.prompt.value;
      row.prompt.placeholder = AS_ABOVE;
      row.paint.hidden = this.kind === "style" || Boolean(row.mask);
      showPainted(row);
    }
  }

  /**
   * @param {DerivedSet & { anchors: string[] }} answer
   * @param {boolean} alone
   */
  show({ facts, anchors, shapes }, alone) {
    for (const [i, row] of this.rows.entries()) row.crop.showShape(shapes?.[i] ?? null);
    const { trigger, derived } = this.parts;
    trigger.placeholder = facts?.find(([name]) => name === "Trigger word")?.[1] ?? "<cute-cat>";
    const shown = facts?.filter(([name]) => !alone || name !== "Trigger word" || !trigger.value.trim());
    showDerived(derived, shown, alone ? anchors : null);
  }

  /**
   * Show the notes of the form that are about this set, each at its field.
   * @param {FormNote[]} notes
   */
  showNotes(notes) {
    const of = (/** @type {string} */ field) => notes.filter((one) => one.field === field);
    this.pictureNotes = of("pictures");
    this.showPictureNotes();
    showNotes(this.parts.promptNotes, of("prompt"));
    showNotes(this.parts.triggerNotes, of("trigger"));
    for (const [i, row] of this.rows.entries()) showNotes(row.problems, of(String(i)));
  }

  /** The place of a field of this set. @param {string} field */
  place(field) {
    const { promptNotes, triggerNotes, fileNotes } = this.parts;
    const places = { prompt: promptNotes, trigger: triggerNotes, pictures: fileNotes };
    return places[/** @type {keyof typeof places} */ (field)] ?? this.rows[Number(field)]?.problems;
  }

  /** @param {ExaminedSet | undefined} found */
  showSeen(found) {
    for (const picture of found?.pictures ?? [])
      for (const row of this.rows) if (row.path === picture.path) showExamined(row, picture);
    this.warning = found?.note ?? "";
    this.showPictureNotes();
  }

  showPictureNotes() {
    const together = this.warning ? [{ tone: "warning", text: this.warning }] : [];
    showNotes(this.parts.fileNotes, [...this.pictureNotes, ...together]);
    setAttribute(this.parts.list, "aria-label", count(this.rows.length, "image"));
  }
}
