/**
 * Heatmap controls of a picture: toggle, opacity, legend, a button to compute missing heatmaps, and the
 * choice of the subject if there are several.
 */
/** @import { MapKind } from "./patch_maps.js" */
/** @import { Ends } from "./heatmap.js" */
/** @import { PatchMap } from "payloads" */
import { state, busy } from "../app/store.js";
import { refresh } from "../app/session.js";
import { write } from "../app/writes.js";
import { el, makeButton, setAttribute, setText } from "../kit/dom.js";
/** @typedef {ReturnType<typeof layHeat>} HeatLayer */
import { ENDS, heatLegend, heatStrength, heatView, layHeat } from "./heatmap.js";
import { patchMaps } from "./patch_maps.js";
import { segments } from "../kit/segments.js";

/**
 * `owner`, `kind` and, for a pair, `version` identify the maps; `judge` adds the button to compute them;
 * `view` is shared between pictures. With `kinds`, there is a button for each of several kinds of maps, of
 * which one at a time is laid over the picture.
 * @typedef {{
 *   owner: string, kind?: MapKind, version?: string, name?: string, label?: string, key?: string | null,
 *   judge?: boolean, view?: View, kinds?: Offer[],
 * }} Options
 * @typedef {{ on: boolean, subject?: string, kind?: MapKind }} View
 * @typedef {{ kind: MapKind, label: string, name: string, title?: string, ends?: Ends }} Offer
 */
const DEFAULTS = {
  kind: /** @type {MapKind} */ ("quality"),
  version: "",
  name: "Likeness to the reference",
  label: "Heat map",
  key: /** @type {string | null} */ ("H"),
  judge: false,
  view: /** @type {View} */ (heatView),
  kinds: /** @type {Offer[]} */ ([]),
};

/**
 * The elements under the picture.
 * @param {Offer[]} kinds
 * @param {string | null} key
 * @param {(kind: MapKind) => void} toggle
 */
function elementsOf(kinds, key, toggle) {
  const legend = heatLegend();
  const words = el("span", { class: "heat-words", role: "status" });
  const ask = makeButton({}, () => judgeRound(ask), "Make the heat maps of this round");
  const missing = el("div", { class: "heat-missing" }, words, ask);
  const strength = heatStrength();
  const buttons = kinds.map(({ kind, label, title }, i) =>
    makeButton(
      { data: { action: i ? `heat-${kind}` : "heat" }, title: title ?? key },
      () => toggle(kind),
      label,
    ),
  );
  const model = el("span", { class: "heat-model" });
  const row = el("div", { class: "heat-row" }, ...buttons, strength, model);
  const node = el("div", { class: "heat-panel" }, row, legend.node, missing);
  strength.hidden = legend.node.hidden = missing.hidden = true;
  return { node, legend, words, ask, missing, strength, buttons, model };
}

export class HeatPanel {
  /** @type {HeatLayer | null} */
  layer = null;
  /** @type {{ node: HTMLElement, show: (subject: string) => void } | null} */
  subjectChoice = null;
  loading = false;
  jobUpdates = 0; // a response to a request sent before the last update may be stale
  attached = true;

  /**
   * @param {HTMLElement} place
   * @param {Options} options
   */
  constructor(place, options) {
    this.place = place;
    this.options = { ...DEFAULTS, ...options };
    this.view = this.options.view;
    const { kind, label, name, kinds, key } = this.options;
    /** @type {Offer[]} */
    this.kinds = kinds.length ? kinds : [{ kind, label, name }];
    this.parts = elementsOf(this.kinds, key, (chosen) => this.toggle(chosen));
    this.node = this.parts.node;
    this.update();
  }

  /** The kind that was chosen last, if this picture offers it. */
  get offer() {
    return this.kinds.find(({ kind }) => kind === this.view.kind) ?? this.kinds[0];
  }

  /** @param {MapKind} [kind] by default the one that was chosen last */
  toggle(kind = this.offer.kind) {
    this.view.on = !this.view.on || kind !== this.offer.kind;
    this.view.kind = kind;
    this.clear();
    this.update();
  }

  /** Call on each job update. */
  refresh() {
    this.jobUpdates += 1;
    if (!this.layer && this.view.on) this.update();
  }

  remove() {
    this.attached = false;
    this.clear();
  }

  async update() {
    const { buttons, strength, legend, missing, words, ask } = this.parts;
    for (const [i, { kind }] of this.kinds.entries())
      setAttribute(buttons[i], "aria-pressed", String(this.view.on && kind === this.offer.kind));
    if (!this.view.on) this.clear();
    else if (!this.layer && !this.loading) await this.load();
    const isMissing = this.view.on && !this.layer && !this.loading;
    strength.hidden = legend.node.hidden = !this.layer;
    missing.hidden = !isMissing || !this.options.judge || this.offer.kind !== "quality";
    if (isMissing) missingWords(words, ask);
  }

  async load() {
    const { owner, version } = this.options;
    const { kind } = this.offer;
    this.loading = true;
    /** @type {PatchMap[]} */
    let maps = [];
    for (let asked = -1; asked !== this.jobUpdates && !maps.length && this.attached; ) {
      asked = this.jobUpdates;
      maps = await patchMaps(owner, kind, version);
    }
    this.loading = false;
    if (kind !== this.offer.kind) return this.update(); // another one was chosen meanwhile
    if (!maps.length || !this.attached || !this.view.on || this.layer) return;
    if (maps.length > 1) this.offerSubjects(maps);
    this.lay(maps);
  }

  /** @param {PatchMap[]} maps of several subjects */
  offerSubjects(maps) {
    this.subjectChoice = segments(
      "Whose heat map",
      maps.map(({ subject }) => [subject, subject]),
      (subject) => {
        this.view.subject = subject;
        this.lay(maps);
      },
    );
    this.place.before(this.subjectChoice.node);
  }

  /** @param {PatchMap[]} maps */
  lay(maps) {
    const map = maps.find(({ subject }) => subject === this.view.subject) ?? maps[0];
    const { name, ends } = this.offer;
    this.parts.legend.name(ends ?? ENDS);
    this.layer?.remove();
    this.layer = layHeat(this.place, map, {
      name: map.subject ? `${name} of ${map.subject}` : name,
      onRead: this.parts.legend.show,
      ends,
    });
    this.subjectChoice?.show(map.subject);
    const judge = map.vision_model === "vision" ? "the bundled vision model" : map.vision_model;
    setText(this.parts.model, `Judged by ${judge}`);
  }

  clear() {
    this.layer?.remove();
    this.subjectChoice?.node.remove();
    this.layer = this.subjectChoice = null;
  }
}

/**
 * @param {HTMLElement} words
 * @param {HTMLButtonElement} ask
 */
function missingWords(words, ask) {
  const job = state.job;
  const judging = busy() && job?.kind === "quality" && job.round_id === state.roundId;
  const progress = job?.total ? ` ${job.done} / ${job.total}` : "";
  ask.hidden = judging;
  ask.disabled = busy();
  setText(
    words,
    judging
      ? `Making the heat maps${progress}. This one appears as soon as it is ready.`
      : busy()
        ? "There is no heat map yet. The studio is busy: wait, or press Stop."
        : "There is no heat map of this image yet.",
  );
}

/** @param {HTMLButtonElement} button */
async function judgeRound(button) {
  if (button.disabled) return;
  button.disabled = true;
  await write("judge_quality", { round: state.roundId });
  await refresh();
  button.disabled = busy();
}
