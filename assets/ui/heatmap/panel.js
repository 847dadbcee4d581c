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
/** @typedef {ReturnType<typeof heatPanel>} HeatPanel */
import { heatLegend, heatStrength, heatView, layHeat } from "./heatmap.js";
import { patchMaps } from "./patch_maps.js";
import { segments } from "../kit/segments.js";

/**
 * `owner`, `kind` and, of a pair, `version` name the maps; `judge` offers to have the round judged; `view.on` and
 * `view.subject` are remembered from picture to picture. Returns `{node, toggle(), refresh(), remove()}`; `refresh` is
 * to be called whenever a job has moved.
 * @param {HTMLElement} place
 * @param {{ owner: string, kind?: MapKind, version?: string, name?: string, label?: string, key?: string | null, judge?: boolean, view?: { on: boolean, subject?: string } }} options
 */
export function heatPanel(
  place,
  {
    owner,
    kind = "quality",
    version = "",
    name = "Likeness to the reference",
    label = "Heat map",
    key = "H",
    judge = false,
    view = heatView,
  },
) {
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
    {
      type: "button",
      class: "button small",
      data: { action: "heat" },
      title: key,
      on: { click: () => toggle() },
    },
    label,
  );
  const model = el("span", { class: "heat-model" });
  const node = el(
    "div",
    { class: "heat-panel" },
    el("div", { class: "heat-row" }, button, strength, model),
    legend.node,
    missing,
  );
  /** @type {HeatLayer | null} */
  let layer = null;
  /** @type {{ node: HTMLElement, show: (subject: string) => void } | null} */
  let whose = null;
  let asking = false;
  let moved = 0; // how often the job has moved: an answer of before may lack what was judged since
  let there = true;

  const toggle = () => {
    view.on = !view.on;
    update();
  };
  async function update() {
    setAttribute(button, "aria-pressed", String(view.on));
    if (!view.on) {
      clear();
    } else if (!layer && !asking) await load();
    const lacking = view.on && !layer && !asking;
    strength.hidden = legend.node.hidden = !layer;
    missing.hidden = !lacking || !judge;
    if (lacking) missingWords(words, ask);
  }
  async function load() {
    asking = true;
    /** @type {PatchMap[]} */
    let maps = [];
    for (let asked = -1; asked !== moved && !maps.length && there; ) {
      asked = moved;
      maps = await patchMaps(owner, kind, version);
    }
    asking = false;
    if (!maps.length || !there || !view.on || layer) return;
    if (maps.length > 1) {
      whose = segments(
        "Whose heat map",
        maps.map(({ subject }) => [subject, subject]),
        (subject) => {
          view.subject = subject;
          lay(maps);
        },
      );
      place.before(whose.node);
    }
    lay(maps);
  }
  /** @param {PatchMap[]} maps */
  function lay(maps) {
    const map = maps.find(({ subject }) => subject === view.subject) ?? maps[0];
    layer?.remove();
    layer = layHeat(place, map, {
      name: map.subject ? `${name} of ${map.subject}` : name,
      onRead: legend.show,
    });
    whose?.show(map.subject);
    setText(
      model,
      `Judged by ${map.vision_model === "vision" ? "the bundled vision model" : map.vision_model}`,
    );
  }
  function clear() {
    layer?.remove();
    whose?.node.remove();
    layer = whose = null;
  }
  strength.hidden = legend.node.hidden = missing.hidden = true;
  update();
  return {
    node,
    toggle,
    refresh: () => {
      moved += 1;
      if (!layer && view.on) update();
    },
    remove: () => {
      there = false;
      clear();
    },
  };
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
