/** What the server says of the form of a new project, each note at its field. */
/** @import { ReferenceParts } from "../../app/types/parts.d.ts" */
/** @import { Derived, ModelFacts } from "payloads" */
/** @import { PictureSet } from "./picture_set.js" */
/** @import { mountPresets } from "./presets.js" */
import { showDerived } from "./derived.js";
import { firstPlace, notePlace, reveal, showNotes } from "./notes.js";

export class FormStatus {
  /** @type {Awaited<ReturnType<typeof mountPresets>>} */
  presets = null;
  /** @type {ModelFacts["problems"]} */
  modelProblems = [];

  /** @param {ReferenceParts} parts */
  constructor(parts) {
    this.parts = parts;
    this.name = notePlace(parts.name);
    this.whole = notePlace(parts.create);
    parts.name.after(this.name.box);
    parts.create.parentElement?.before(this.whole.box);
  }

  /**
   * @param {Derived} answer
   * @param {PictureSet[]} open the sets that it is about
   */
  show(answer, open) {
    const { sets, anchors, name, notes, problem } = answer;
    const alone = open.length === 1;
    this.parts.name.placeholder = name;
    this.presets?.showPlan(answer);
    for (const [i, set] of open.entries()) {
      set.show({ anchors, ...sets[i] }, alone);
      set.showNotes(notes.filter((note) => note.set === i));
    }
    const beside = notes.filter((note) => note.set === null);
    for (const [field, place] of this.places())
      showNotes(
        place,
        beside.filter((note) => note.field === field),
      );
    this.showModelProblems();
    const whole = problem && !notes.some(({ tone }) => tone === "error");
    showNotes(this.whole, whole ? [{ tone: "error", text: problem }] : []);
    showDerived(this.parts.derived, null, alone ? null : anchors);
  }

  /** A problem of a model stands at its field, after what the form itself says there. */
  showModelProblems() {
    const presets = this.presets;
    if (!presets) return;
    showNotes(presets.trouble, []);
    const places = new Set(this.modelProblems.map(({ field }) => presets.modelPlace(field)));
    for (const place of places) {
      const mine = this.modelProblems.filter(({ field }) => presets.modelPlace(field) === place);
      showNotes(
        place,
        mine.map(({ text }) => ({ tone: "error", text })),
      );
    }
  }

  /** The places for notes beside the sets, by the name of their field. */
  places() {
    return new Map([["name", this.name], ...(this.presets?.places ?? [])]);
  }

  /**
   * Go to the first error; true if there is none.
   * @param {Derived} answer
   * @param {PictureSet[]} open
   */
  isFine(answer, open) {
    const wrong = answer.notes.filter(({ tone }) => tone === "error");
    const places = wrong.map(({ set, field }) =>
      set === null ? this.places().get(field) : open[set]?.place(field),
    );
    for (const { field } of this.modelProblems) places.push(this.presets?.modelPlace(field));
    const first = firstPlace(places.flatMap((place) => place ?? []));
    if (first) reveal(first);
    return !wrong.length && !this.modelProblems.length;
  }
}
