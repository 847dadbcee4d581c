/** The enlarged view of a pair: heat maps of both images, and a brush to override the estimate. */
/** @import { Tool } from "../../brush/brush.js" */
/** @import { View } from "../../heatmap/panel.js" */
/** @import { Pair } from "payloads" */
/** @import { Signal } from "../../vendor/signals.min.js" */
import { state, taughtIn, whenever } from "../../app/store.js";
import { call, refresh } from "../../app/session.js";
import { beforeLeaving, write } from "../../app/writes.js";
import { askStored, draftKept, draftOf, keepDraft } from "../../app/drafts.js";
import { Brush, sizeOf } from "../../brush/brush.js";
import { BrushLayer } from "../../brush/layer.js";
import { paintReference } from "../../brush/mask_dialog.js";
import { Outline } from "../../brush/outline.js";
import { BrushBar } from "../../brush/toolbar.js";
import { flipHeat, useHeat } from "../../heatmap/panel.js";
import { Dialog } from "../../kit/dialog.js";
import { figures } from "../../kit/figures.js";
import { Button, html, useAnswer, useKeptFocus } from "../../kit/html.js";
import { toast } from "../../kit/toast.js";
import { Turns } from "../../kit/turns.js";
import { useLayoutEffect, useRef } from "../../vendor/preact.min.js";
import { signal, useSignal } from "../../vendor/signals.min.js";

/** @type {Tool[]} */
const TOOLS = [
  { name: "good", title: "Good", key: "g", label: 255, look: "good" },
  { name: "bad", title: "Bad", key: "b", label: 0, look: "bad" },
  { name: "erase", title: "Erase", key: "e", label: 128, look: null },
];
const UNTOUCHED = 128;
const SAVE_DELAY = 400; // ms of debounce after the last stroke
/** @type {Record<import("../../heatmap/patch_maps.js").PairMap, View>} */
const views = { quality: signal({ on: true }), reproduction: signal({ on: false }) };

const shown = signal(/** @type {string | null} */ (null));
const dialog = new Dialog("pair-view own-keys", {
  light: () => true,
  closed: () => {
    const card = document.querySelector(`[data-pair="${shown.value}"]`);
    shown.value = null;
    if (card instanceof HTMLElement) card.focus();
  },
});

export const pairOpen = () => dialog.isOpen;
export const closePair = () => dialog.close();
export const togglePairHeat = () => flipHeat(views.quality);

/** What Back and Forward do with an enlarged pair. */
export const pairPlace = {
  now: () => (dialog.isOpen ? shown.value : null),
  /** @param {string} id */
  open: (id) => {
    if (!pairOf(id)) return false;
    if (shown.value !== id) openPair(id);
    return true;
  },
  close: closePair,
};

/**
 * Where an image of a pair is.
 * @param {Pick<Pair, "id" | "reference_image" | "generated_image">} pair
 * @param {"reference" | "generated"} which
 */
export const pairPicture = (pair, which, small = false) =>
  `/${small ? "pair-thumb" : "pair"}/${encodeURIComponent(pair.id)}/${which}` +
  `?v=${encodeURIComponent(pair[`${which}_image`] ?? "")}`;

/** @param {string | null} id */
const pairOf = (id) => state.parts.refinement?.pairs.find((pair) => pair.id === id);

const judged = () => state.parts.refinement?.pairs.filter((pair) => pair.maps_version) ?? [];

/** @param {string} id */
export function openPair(id) {
  shown.value = id;
  dialog.open("A pair, enlarged", html`<${PairView} />`);
}

/** Go to the next or previous pair. @param {number} by */
export function turnPair(by) {
  const pairs = judged();
  const next = pairs[pairs.findIndex((pair) => pair.id === shown.value) + by];
  if (next) shown.value = next.id;
}

function PairView() {
  const pair = pairOf(shown.value);
  const saved = useSignal("");
  useLayoutEffect(
    () =>
      whenever(
        () => pairOf(shown.value),
        (isThere) => isThere || closePair(), // at once: the address names what is open
      ),
    [],
  );
  if (!pair) return null;
  return html`<${Head} pair=${pair} saved=${saved} />
    <${Painted} key="${pair.id} ${pair.maps_version}" pair=${pair} saved=${saved} />`;
}

/** @param {{ pair: Pair, saved: Signal<string> }} props */
function Head({ pair, saved }) {
  const head = useRef(/** @type {HTMLElement | null} */ (null));
  useKeptFocus(head.current, "data-action");
  const pairs = pair.maps_version ? judged() : [pair];
  const at = pairs.findIndex(({ id }) => id === pair.id);
  return html`<header class="pair-head" ref=${head}>
    <h2 translate=${false}>${pair.prompt}</h2>
    <span class="pair-seed">${pair.subject ? `${pair.subject} · ` : ""}seed ${pair.seed}</span>
    <span class="pair-kept" role="status">${saved.value}</span>
    <${Turns} what="Pair" ...${{ at, count: pairs.length, turn: turnPair, keys: ["←", "→"] }} ends />
    <${Button} title="Esc" data-action="close" onClick=${closePair}>Close<//>
  </header>`;
}

/**
 * The mean of a map over the subject as words, or with its figure; unknown without a mask.
 * @param {number | null} value
 * @param {"alike" | "reproduced"} what
 */
export function meanWords(value, what) {
  if (figures.value || value === null) return `${what}: ${value?.toFixed(2) ?? "unknown (its mask is lost)"}`;
  return `${value >= 2 / 3 ? "mostly" : value >= 1 / 3 ? "partly" : "hardly"} ${what}`;
}

/**
 * Both images of a pair, and what is painted over the generated one.
 * @param {{ pair: Pair, saved: Signal<string> }} props
 */
function Painted({ pair, saved }) {
  const { id, prompt } = pair;
  const owned = { owner: id, version: pair.maps_version ?? "" };
  const reproduced = useHeat({
    ...owned,
    view: views.reproduction,
    kinds: [
      {
        kind: "reproduction",
        label: "How much of the reference is reproduced",
        name: "How much of the reference the generated image reproduces",
      },
    ],
  });
  const likeness = useHeat({
    ...owned,
    view: views.quality,
    kinds: [
      {
        kind: "quality",
        label: "Likeness",
        name: "Likeness of the generated image to the reference",
        title: "H",
      },
    ],
  });
  const { brush, reference, foreground } = usePainting(pair, saved) ?? {};
  return html`<div class="pair-plates">
      <figure>
        ${reproduced.subjects}
        <div class="stage">
          <img src=${pairPicture(pair, "reference")} alt="Reference: ${prompt}" draggable=${false} />
          ${reproduced.layer}
          ${
            foreground &&
            html`<${Outline} runs=${foreground} label="Where the reference shows its subject" />`
          }
        </div>
        <figcaption title="How much of it the generated image reproduces: the mean over the subject, 0 to 1">
          <b>${taughtIn(state.project).is_subject ? "Reference" : "Accepted"}</b> ·${" "}
          ${meanWords(pair.mean_reproduction, "reproduced")}
        </figcaption>
        ${reproduced.panel}
        ${
          reference &&
          html`<div class="pair-subject">
            <span>${
              foreground
                ? "The bright part counts as the subject. Is it wrong?"
                : "All of this image counts as the subject."
            }</span>
            <${Button} data-action="subject" onClick=${() => paintSubject(pair, reference)}>
              Paint the subject
            <//>
          </div>`
        }
      </figure>
      <figure>
        ${likeness.subjects}
        <div class="stage">
          <img src=${pairPicture(pair, "generated")} alt="Generated: ${prompt}" draggable=${false} />
          ${likeness.layer}
          ${brush && html`<${BrushLayer} brush=${brush} name="Which areas are good or bad" />`}
        </div>
        <figcaption title="Likeness to the reference: the mean over the subject, 0 to 1">
          <b>Generated</b> · ${meanWords(pair.mean_quality, "alike")}
        </figcaption>
        ${likeness.panel}
      </figure>
    </div>
    <div class="pair-brush">
      ${
        brush &&
        html`<${BrushBar} brush=${brush} />
          <p class="pair-words">
            Trains on the good areas, ignores the bad. What you paint overrides the estimate.
          </p>`
      }
    </div>`;
}

/**
 * Correct the segmented subject; afterwards the maps of the pairs are computed again.
 * @param {Pair} pair
 * @param {string} id of the reference
 */
function paintSubject({ prompt }, id) {
  const round = state.roundId;
  closePair();
  paintReference({ id, prompt }, async () => {
    if (round !== state.roundId || !["pairs", "review"].includes(state.parts.refinement?.step ?? "")) return;
    if (await write("make_pairs", { round })) toast("The pairs are being judged again with this mask.");
    refresh();
  });
}

/**
 * What is stored of a pair, and the brush, whose strokes are saved with a debounce; null until it is known.
 * @param {Pair} pair
 * @param {Signal<string>} saved is told how the saving goes
 */
function usePainting(pair, saved) {
  const draft = `pair ${pair.id}`;
  const stored = useAnswer(async () => {
    saved.value = "";
    const asked = askStored(draft, () => call("rounds", "pair", { pair: pair.id }));
    const [answer, size] = await Promise.all([asked, sizeOf(pairPicture(pair, "generated"))]);
    const runs = draftOf(draft) ?? answer?.painting;
    return answer && { ...answer, brush: new Brush({ size, tools: TOOLS, blank: UNTOUCHED, runs }) };
  }, []);
  useLayoutEffect(() => {
    if (!stored) return undefined;
    const { brush, painting } = stored;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    let sent = JSON.stringify(painting);
    let isShown = true;
    /** @param {string} words */
    const say = (words) => {
      if (isShown) saved.value = words;
    };
    const save = async () => {
      clearTimeout(timer);
      if (brush.isPainting) return; // the end of the stroke saves
      const painted = brush.runs();
      const next = brush.painted.value ? painted : null;
      if (JSON.stringify(next) === sent) return;
      sent = JSON.stringify(next);
      keepDraft(draft, painted);
      say("Saving…");
      const answer = await write("paint", { pair: pair.id, mask: next });
      if (answer) draftKept(draft, painted);
      if (sent !== JSON.stringify(next)) return; // a newer change was sent meanwhile
      if (!answer) sent = ""; // the next save retries
      say(answer ? "Saved" : "Not saved");
    };
    const finish = () => {
      if (brush.isPainting) brush.endStroke();
      save();
    };
    const forget = brush.changes.subscribe(() => {
      clearTimeout(timer);
      timer = setTimeout(save, SAVE_DELAY);
    });
    const stay = beforeLeaving(finish);
    return () => {
      isShown = false;
      forget();
      stay();
      finish();
    };
  }, [stored]);
  return stored;
}
