/**
 * The heat maps of an image: the layer over it, and below it buttons, opacity and legend, and where there are
 * none yet, a button to compute them.
 */
/** @import { MapKind } from "./patch_maps.js" */
/** @import { Ends } from "./heatmap.js" */
/** @import { PatchMap } from "payloads" */
/** @import { Signal } from "../vendor/signals.min.js" */
import { refresh } from "../app/session.js";
import { busy, state, whenever } from "../app/store.js";
import { write } from "../app/writes.js";
import { Button, html } from "../kit/html.js";
import { Segments } from "../kit/segments.js";
import { useEffect, useState } from "../vendor/preact.min.js";
import { signal, useSignal } from "../vendor/signals.min.js";
import { Heat, HeatLegend, HeatStrength } from "./heatmap.js";
import { patchMaps } from "./patch_maps.js";

/**
 * Whether heat maps are shown, and of what was chosen last; shared by the images of a view.
 * @typedef {Signal<{ on: boolean, kind?: MapKind, subject?: string }>} View
 * @typedef {{ kind: MapKind, label: string, name: string, title?: string, ends?: Ends }} Offer
 */

/** Of candidates. @type {View} */
export const heatView = signal({ on: false });

/** @param {View} view */
export function flipHeat(view) {
  view.value = { ...view.value, on: !view.value.on };
}

/**
 * For a component with an image: `layer` goes into its stage, `subjects` above it and `panel` below it.
 * `owner` and, for a pair, `version` identify the maps. There is a button for each of the `kinds`, one of
 * which is laid over the image at a time. `judge` adds the button to compute them.
 * @param {{ owner: string, version?: string, kinds: Offer[], view: View, judge?: boolean }} options
 */
export function useHeat({ owner, version = "", kinds, view, judge = false }) {
  const { on: isOn, kind: last, subject } = view.value;
  const offer = kinds.find(({ kind }) => kind === last) ?? kinds[0];
  const { kind, name, ends } = offer;
  const maps = useMaps(owner, kind, version, isOn);
  const map = maps?.find((one) => one.subject === subject) ?? maps?.[0];
  const reading = useSignal(/** @type {number | null} */ (null));
  const layer =
    map &&
    html`<${Heat}
      key=${`${owner} ${kind} ${version} ${map.subject}`} map=${map} ends=${ends} reading=${reading}
      name=${map.subject ? `${name} of ${map.subject}` : name}
    />`;
  const subjects =
    map && maps && maps.length > 1
      ? html`<${Segments}
          label="Whose heat map" chosen=${map.subject} names=${maps.map((one) => [one.subject, one.subject])}
          choose=${(/** @type {string} */ chosen) => (view.value = { ...view.value, subject: chosen })}
        />`
      : null;
  /** @param {MapKind} chosen */
  const choose = (chosen) => {
    view.value = { ...view.value, on: !isOn || chosen !== kind, kind: chosen };
  };
  const panel = html`<div class="heat-panel">
    <div class="heat-row">
      ${kinds.map(
        (one, i) => html`<${Button}
          key=${one.kind} data-action=${i ? `heat-${one.kind}` : "heat"} title=${one.title}
          aria-pressed=${String(isOn && one === offer)} onClick=${() => choose(one.kind)}
        >${one.label}<//>`,
      )}
      ${map && html`<${HeatStrength} /><span class="heat-model">Judged by ${judgeOf(map)}</span>`}
    </div>
    ${map && html`<${HeatLegend} ends=${ends} reading=${reading} />`}
    ${judge && maps && !map && kind === "quality" ? html`<${Missing} />` : null}
  </div>`;
  return { layer, subjects, panel };
}

/** @param {PatchMap} map */
const judgeOf = ({ vision_model: model }) => (model === "vision" ? "the bundled vision model" : model);

/**
 * The maps, one per subject; empty if there are none yet, null while they are not known or not wanted. Where
 * there are none, they are asked for again after each update of the job.
 * @param {string} owner
 * @param {MapKind} kind
 * @param {string} version
 * @param {boolean} isWanted
 */
function useMaps(owner, kind, version, isWanted) {
  const key = isWanted ? `${owner} ${kind} ${version}` : null;
  const [known, keep] = useState({ key, maps: /** @type {PatchMap[]} */ ([]) });
  useEffect(() => {
    if (!key) return undefined;
    let gone = false;
    let asks = false;
    let updates = 0; // an answer to a request sent before the last update may be stale
    const ask = async () => {
      updates += 1;
      if (asks) return;
      asks = true;
      /** @type {PatchMap[]} */
      let maps = [];
      for (let asked = 0; asked !== updates && !maps.length && !gone; ) {
        asked = updates;
        maps = await patchMaps(owner, kind, version);
      }
      asks = maps.length > 0;
      if (!gone) keep({ key, maps });
    };
    const forget = whenever(() => state.job, ask);
    return () => {
      gone = true;
      forget();
    };
  }, [key]);
  return known.key === key && key ? known.maps : null;
}

function Missing() {
  const [asks, ask] = useState(false);
  const { job } = state;
  const isJudging = busy() && job?.kind === "quality" && job.round_id === state.roundId;
  const judge = async () => {
    ask(true);
    await write("judge_quality", { round: state.roundId });
    await refresh();
    ask(false);
  };
  return html`<div class="heat-missing">
    <span class="heat-words" role="status">${
      isJudging
        ? `Making the heat maps${job.total ? ` ${job.done} / ${job.total}` : ""}. ` +
          "This one appears as soon as it is ready."
        : busy()
          ? "There is no heat map yet. The studio is busy: wait, or press Stop."
          : "There is no heat map of this image yet."
    }</span>
    ${
      isJudging
        ? null
        : html`<${Button} disabled=${asks || busy()} onClick=${judge}>Make the heat maps of this round<//>`
    }
  </div>`;
}
