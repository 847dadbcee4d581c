/** One set of references in the form: pictures with prompts, a trigger word, and the derived facts. */
/** @import { Fact, ProjectKind } from "../app/payloads.d.ts" */
/** @import { DerivedSet } from "../app/payloads_calls.d.ts" */
/** @import { Row } from "./picture_row.js" */
/** @import { Upload } from "../app/parts.d.ts" */
import { el, setText } from "../kit/dom.js";
import { giveMask, send } from "./upload.js";
import { isMask, isText, makeRow, stem } from "./picture_row.js";

/** @type {Record<ProjectKind, string>} */
const EXAMPLES = { style: "A cat in watercolor painting style", object: "A <cute-cat> cat on the stairs" };
/**
 * The elements of a set.
 * @param {() => void} changed
 * @param {() => void} remove
 */
function elementsOf(changed, remove) {
  const file = el("input", {
    type: "file",
    accept: "image/*,.txt",
    multiple: true,
    data: { part: "file" },
    "aria-label": "Choose reference pictures",
  });
  const drop = el(
    "label",
    { class: "drop" },
    file,
    el("b", {}, "Drop pictures here"),
    el("span", {}, "or click to choose. A text file of the same name becomes the prompt."),
  );
  const list = el("ol", { class: "reference-rows" });
  const trigger = el("input", {
    type: "text",
    placeholder: "<cute-cat>",
    spellcheck: "false",
    data: { part: "trigger" },
    on: { input: changed },
  });
  const field = el(
    "label",
    { class: "field", hidden: true },
    el("span", { class: "field-name" }, "Trigger word"),
    trigger,
    el("span", { class: "field-note" }, "A made-up word for your object, to use in prompts."),
  );
  const derived = el("div", { class: "derived", role: "status" });
  const title = el("h3");
  const away = el("button", { type: "button", class: "quiet", on: { click: remove } }, "Remove");
  const head = el("div", { class: "set-head", hidden: true }, title, away);
  const node = el(
    "div",
    { class: "reference-set", role: "group" },
    head,
    el("div", { class: "field" }, el("span", { class: "field-name" }, "Reference pictures"), drop, list),
    field,
    derived,
  );
  return { node, head, title, away, file, drop, list, trigger, field, derived };
}

/** `changed()` is called when a prompt, a picture or the trigger word has changed. */
export class PictureSet {
  /** @type {Row[]} */
  rows = [];
  /** @type {ProjectKind} */
  kind = "style";

  /**
   * @param {Upload} upload
   * @param {{ changed: () => void, remove: () => void }} on
   */
  constructor(upload, { changed, remove }) {
    this.upload = upload;
    this.changed = changed;
    this.parts = elementsOf(changed, remove);
    this.node = this.parts.node;
    this.file = this.parts.file;
    takeFiles(this.parts.drop, this.file, (files) => this.add(files));
  }

  /** The prompt of each picture; an empty one defaults to that of the first picture. */
  prompts() {
    return this.rows.map((row) => row.prompt.value.trim() || this.rows[0].prompt.value.trim());
  }

  word() {
    return this.parts.trigger.value;
  }

  ready() {
    return Promise.all(this.rows.map((row) => row.ready));
  }

  references() {
    const prompts = this.prompts();
    return this.rows
      .map((row, i) => ({ path: row.path, mask: row.mask, painted: row.painted, prompt: prompts[i] }))
      .filter((row) => row.path);
  }

  /** @param {File[]} files pictures, prompts as text files, and masks */
  async add(files) {
    /** @type {Map<string, string>} */
    const captions = new Map();
    for (const one of files) if (isText(one)) captions.set(stem(one), (await one.text()).trim());
    const masks = new Map(files.filter(isMask).map((one) => [stem(one), one]));
    for (const one of files.filter((file) => !isText(file) && !isMask(file)))
      this.addPicture(one, captions.get(stem(one)) ?? "");
    for (const [name, mask] of masks)
      giveMask(
        this.rows.find((row) => row.stem === name),
        mask,
        this.upload,
      );
    this.rows.find((row) => !row.prompt.value)?.prompt.focus();
    this.changed();
  }

  /**
   * @param {File} file
   * @param {string} caption
   */
  addPicture(file, caption) {
    const row = makeRow(file, caption, EXAMPLES[this.kind], () => this.take(row));
    this.rows.push(row);
    this.parts.list.append(row.node);
    row.prompt.addEventListener("input", this.changed);
    row.ready = send(row, file, this.upload);
    row.paint.hidden = this.kind === "style";
  }

  /** @param {Row} row */
  take(row) {
    if (!this.rows.includes(row)) return; // removed during the upload
    this.rows.splice(this.rows.indexOf(row), 1);
    row.node.remove();
    this.changed();
  }

  clear() {
    for (const row of this.rows.splice(0)) row.node.remove();
    this.parts.trigger.value = "";
    this.parts.derived.replaceChildren();
  }

  /** @param {ProjectKind} kind */
  setKind(kind) {
    this.kind = kind;
    this.parts.field.hidden = kind === "style";
    for (const row of this.rows) {
      row.prompt.placeholder = EXAMPLES[kind];
      row.paint.hidden = kind === "style" || Boolean(row.mask);
    }
  }

  /** @param {number | null} number */
  setNumber(number) {
    const { head, title, node, away } = this.parts;
    head.hidden = number === null;
    setText(title, `Object ${number}`);
    node.setAttribute("aria-label", number === null ? "References" : `Object ${number}`);
    away.setAttribute("aria-label", `Remove object ${number}`);
  }

  /**
   * @param {DerivedSet & { anchors: string[] }} answer
   * @param {boolean} alone
   */
  show({ facts, problem, anchors }, alone) {
    const { trigger, derived } = this.parts;
    trigger.placeholder = facts?.find(([name]) => name === "Trigger word")?.[1] ?? "<cute-cat>";
    const shown = facts?.filter(([name]) => !alone || name !== "Trigger word" || !trigger.value.trim());
    showDerived(derived, problem, shown, alone ? anchors : null);
  }
}

/**
 * @param {HTMLElement} drop
 * @param {HTMLInputElement} file
 * @param {(files: File[]) => void} add
 */
function takeFiles(drop, file, add) {
  /** @param {boolean} on */
  const over = (on) => (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    drop.toggleAttribute("data-over", on);
  };
  drop.addEventListener("dragover", over(true));
  drop.addEventListener("dragleave", over(false));
  drop.addEventListener("drop", (event) => {
    over(false)(event);
    add([...(event.dataTransfer?.files ?? [])]);
  });
  file.addEventListener("change", () => {
    add([...(file.files ?? [])]);
    file.value = "";
  });
}

/**
 * Show a problem, or the derived facts and the first test prompts. Hides the box if there is nothing to show.
 * @param {HTMLElement} box
 * @param {string | undefined} problem
 * @param {Fact[] | null | undefined} facts
 * @param {string[] | null | undefined} anchors
 */
export function showDerived(box, problem, facts, anchors) {
  box.dataset.tone = problem ? "problem" : "good";
  const list = facts?.length
    ? el(
        "dl",
        {},
        facts.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value.endsWith(".") ? value : el("code", {}, value))]),
      )
    : null;
  const asks = anchors?.length
    ? el(
        "p",
        {},
        "The test prompts will be: ",
        anchors.flatMap((anchor, i) => [i ? " · " : "", el("span", {}, anchor)]),
        " …",
      )
    : null;
  box.replaceChildren(...(problem ? [el("p", {}, problem)] : [list, asks].flatMap((node) => node ?? [])));
}
