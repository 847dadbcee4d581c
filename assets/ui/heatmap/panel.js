/**
 * Under a picture: heatmap on or off, its strength, its legend; a way to have the patches judged when nobody has. Above a
 * picture of several subjects: whose heatmap it is.
 */
/** @import { MapKind } from "./patch_maps.js" */
/** @import { PatchMap } from "../app/payloads_refinement.d.ts" */
import { state, busy } from "../app/store.js";
import { refresh } from "../app/session.js";
import { write } from "../app/writes.js";
import { el, setAttribute, setText } from "../kit/dom.js";
/** @typedef {ReturnType<typeof layHeat>} HeatLayer */
import { heatLegend, heatStrength, heatView, layHeat } from "./heatmap.js";
import { patchMaps } from "./patch_maps.js";
import { segments } from "../kit/segments.js";

/**
 * `owner`, `kind` and, of a pair, `version` name the maps; `judge` offers to have the round judged; `view.on` and
 * `view.subject` are remembered from picture to picture.
 * @typedef {{ owner: string, kind?: MapKind, version?: string, name?: string, label?: string, key?: string | null,
 *   judge?: boolean, view?: { on: boolean, subject?: string } }} Options
 */
const DEFAULTS = {
  kind: /** @type {MapKind} */ ("quality"),
  version: "",
  name: "Likeness to the reference",
  label: "Heat map",
  key: /** @type {string | null} */ ("H"),
  judge: false,
  view: /** @type {{ on: boolean, subject?: string }} */ (heatView),
};

/**
 * The elements under the picture.
 * @param {string} label
 * @param {string | null} key
 * @param {() => void} toggle
 */
function elementsOf(label, key, toggle) {
  const legend = heatLegend();
  const words = el("span", { class: "heat-words", role: "status" });
  const ask = el(
    "button",
    { type: "button", class: "button small", on: { click: () => judgeRound(ask) } },
    "Make the heat maps of this round",
  );
  const missing = el("div", { class: "heat-missing" }, words, ask);
  const strength = heatStrength();
  const button = el(
    "button",
    { type: "button", class: "button small", data: { action: "heat" }, title: key, on: { click: toggle } },
    label,
  );
  const model = el("span", { class: "heat-model" });
  const row = el("div", { class: "heat-row" }, button, strength, model);
  const node = el("div", { class: "heat-panel" }, row, legend.node, missing);
  strength.hidden = legend.node.hidden = missing.hidden = true;
  return { node, legend, words, ask, missing, strength, button, model };
}

export class HeatPanel {
  /** @type {HeatLayer | null} */
  layer = null;
  /** @type {{ node: HTMLElement, show: (subject: string) => void } | null} the choice of the subject, where there are several */
  whose = null;
  asking = false;
  moved = 0; // how often the job has moved: an answer of before may lack what was judged since
  there = true;

  /**
   * @param {HTMLElement} place
   * @param {Options} options
   */
  constructor(place, options) {
    this.place = place;
    this.options = { ...DEFAULTS, ...options };
    this.view = this.options.view;
    this.parts = elementsOf(this.options.label, this.options.key, () => this.toggle());
    this.node = this.parts.node;
    this.update();
  }

  toggle() {
    this.view.on = !this.view.on;
    this.update();
  }

  /** To be called whenever a job has moved. */
  refresh() {
    this.moved += 1;
    if (!this.layer && this.view.on) this.update();
  }

  remove() {
    this.there = false;
    this.clear();
  }

  async update() {
    const { button, strength, legend, missing, words, ask } = this.parts;
    setAttribute(button, "aria-pressed", String(this.view.on));
    if (!this.view.on) this.clear();
    else if (!this.layer && !this.asking) await this.load();
    const lacking = this.view.on && !this.layer && !this.asking;
    strength.hidden = legend.node.hidden = !this.layer;
    missing.hidden = !lacking || !this.options.judge;
    if (lacking) missingWords(words, ask);
  }

  async load() {
    const { owner, kind, version } = this.options;
    this.asking = true;
    /** @type {PatchMap[]} */
    let maps = [];
    for (let asked = -1; asked !== this.moved && !maps.length && this.there; ) {
      asked = this.moved;
      maps = await patchMaps(owner, kind, version);
    }
    this.asking = false;
    if (!maps.length || !this.there || !this.view.on || this.layer) return;
    if (maps.length > 1) this.offer(maps);
    this.lay(maps);
  }

  /** @param {PatchMap[]} maps of several subjects */
  offer(maps) {
    this.whose = segments(
      "Whose heat map",
      maps.map(({ subject }) => [subject, subject]),
      (subject) => {
        this.view.subject = subject;
        this.lay(maps);
      },
    );
    this.place.before(this.whose.node);
  }

  /** @param {PatchMap[]} maps */
  lay(maps) {
    const map = maps.find(({ subject }) => subject === this.view.subject) ?? maps[0];
    const { name } = this.options;
    this.layer?.remove();
    this.layer = layHeat(this.place, map, {
      name: map.subject ? `${name} of ${map.subject}` : name,
      onRead: this.parts.legend.show,
    });
    this.whose?.show(map.subject);
    const judge = map.vision_model === "vision" ? "the bundled vision model" : map.vision_model;
    setText(this.parts.model, `Judged by ${judge}`);
  }

  clear() {
    this.layer?.remove();
    this.whose?.node.remove();
    this.layer = this.whose = null;
  }
}

/**
 * @param {HTMLElement} words
 * @param {HTMLButtonElement} ask
 */
function missingWords(words, ask) {
  const job = state.job;
  const judging = busy() && job?.kind === "quality" && job.round_id === state.roundId;
  ask.hidden = judging;
  ask.disabled = busy();
  setText(
    words,
    judging
      ? `Making the heat maps${job?.total ? ` ${job.done} / ${job.total}` : ""}. This one appears as soon as it is ready.`
      : busy()
        ? "There is no heat map yet. The studio is busy: wait, or press Stop."
        : "There is no heat map of this picture yet.",
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
