/** One pair, large: what the reference lost, which patches of the generation are right, and a brush that overrules it. */
import { state, on } from "./store.js";
import { call, refresh } from "./session.js";
import { write } from "./writes.js";
import { toast } from "./toast.js";
import { el, setText } from "./dom.js";
import { pairPicture } from "./pictures.js";
import { stage } from "./heatmap.js";
import { heatPanel } from "./heat_panel.js";
import { makeBrush } from "./brush.js";
import { brushBar } from "./brush_bar.js";
import { layOutline } from "./outline.js";
import { paintReference } from "./reference_mask.js";

const TOOLS = [
  { name: "good", title: "Good", key: "g", label: 255, look: "good" },
  { name: "bad", title: "Bad", key: "b", label: 0, look: "bad" },
  { name: "erase", title: "Erase", key: "e", label: 128, look: null },
];
const UNTOUCHED = 128;
const PAUSE = 400; // ms after the last stroke, until it is kept
const views = { quality: { on: true }, reproduction: { on: false } };
let dialog = null;
let open = null; // the pair that is shown, with its layers

export const pairOpen = () => Boolean(dialog?.open);
export const togglePairHeat = () => open?.quality.toggle();

export function closePair() {
  finish();
  dialog?.close();
}

export function openPair(id) {
  if (!dialog) build();
  if (!dialog.open) dialog.showModal();
  fill(id);
}

/** To the pair before or after. */
export function turnPair(by) {
  const pairs = state.refinement?.pairs.filter((pair) => pair.maps) ?? [];
  const at = pairs.findIndex((pair) => pair.id === open?.id);
  const next = pairs[at + by];
  if (next) fill(next.id);
}

function build() {
  dialog = document.body.appendChild(el("dialog", { class: "studio pair-view", "aria-label": "A pair, enlarged" }));
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => {
    const id = open?.id;
    drop();
    document.querySelector(`[data-pair="${id}"]`)?.focus();
  });
  on("forget", () => dialog.close());
}

/** Keep what was painted, also by a stroke that is not ended. */
function finish() {
  if (open?.brush.stroke) open.brush.endStroke();
  open?.keep();
}

function drop() {
  finish();
  open?.brush.remove();
  open?.quality.remove();
  open?.reproduction.remove();
  open?.outline?.remove();
  open = null;
}

async function fill(id) {
  drop();
  const pairs = state.refinement?.pairs ?? [];
  const at = pairs.findIndex((pair) => pair.id === id);
  if (at < 0) return dialog.close();
  const pair = pairs[at];
  const y = stage(el("img", { src: pairPicture(pair, "reference"), alt: `Reference: ${pair.prompt}`, draggable: false }));
  const x = stage(el("img", { src: pairPicture(pair, "generated"), alt: `Generated: ${pair.prompt}`, draggable: false }));
  const reproduction = heatPanel(y, { owner: id, kind: "reproduction", name: "What the generation kept of the reference", label: "What was kept", key: null, view: views.reproduction });
  const quality = heatPanel(x, { owner: id, kind: "quality", name: "Quality of the generated patches", label: "Heatmap", view: views.quality });
  const bars = el("div", { class: "pair-brush" });
  const mine = { id, quality, reproduction, brush: { remove: () => {} }, keep: () => {} };
  open = mine;
  dialog.replaceChildren(head(pair, at, pairs.length), el("div", { class: "pair-plates" },
    plate(y, yours(), `kept ${pair.reproduction.toFixed(2)} on average`, "r(y), Eq. P5: how much of it the generation kept", reproduction.node),
    plate(x, "Generated", `quality ${pair.quality.toFixed(2)} on average`, "q(x), Eq. P4: how much of it is like the reference", quality.node)), bars);
  const answer = await call("rounds", "pair", { pair: id });
  if (open !== mine || !answer) return undefined;
  if (answer.reference) y.parentNode.append(subjectButton(pair, answer));
  if (answer.foreground) {
    mine.outline = layOutline(y, "Where the reference shows its subject");
    mine.outline.draw(answer.foreground);
  }
  return lay(mine, x, bars, answer.painting);
}

/** The subject is found by the studio, and sometimes wrongly: a way to paint it, after which the pairs are judged again. */
function subjectButton(pair, { reference: id, foreground }) {
  const act = () => {
    closePair();
    paintReference({ id, prompt: pair.prompt }, async () => {
      if (!["pairs", "review"].includes(state.refinement?.step)) return;
      await call("rounds", "make_pairs", { round: state.roundId });
      toast("The pairs are judged again with this mask.");
      refresh();
    });
  };
  return el("div", { class: "pair-subject" }, el("span", {}, foreground ? "The bright part counts as the subject. Is it wrong?" : "All of this picture counts as the subject."),
    el("button", { type: "button", class: "button small", data: { action: "subject" }, on: { click: act } }, "Paint the subject"));
}

/** The brush over the generated picture; what is painted is kept shortly after the last stroke. */
function lay(mine, place, bars, runs) {
  let timer = null;
  let bar = null;
  let kept = JSON.stringify(runs);
  const words = dialog.querySelector(".pair-kept");
  mine.keep = () => {
    clearTimeout(timer);
    if (mine.brush.stroke) return; // its end comes back here
    const next = mine.brush.mask && mine.brush.painted ? mine.brush.runs() : null;
    if (!mine.brush.mask || JSON.stringify(next) === kept) return;
    kept = JSON.stringify(next);
    setText(words, "Keeping…");
    write(async () => {
      const answer = await call("rounds", "paint", { pair: mine.id, mask: next });
      setText(words, answer ? "Kept" : "Not kept");
    });
  };
  mine.brush = makeBrush(place, { tools: TOOLS, blank: UNTOUCHED, runs, name: "Which patches are good or bad", onChange: () => {
    bar?.update();
    clearTimeout(timer);
    timer = setTimeout(mine.keep, PAUSE);
  } });
  bar = brushBar(mine.brush);
  bars.replaceChildren(bar.node, el("p", { class: "pair-words" }, "Good patches are learned, bad ones ignored. What you paint wins over the estimate."));
}

function head(pair, at, count) {
  const step = (by, glyph, words, there) => el("button", { type: "button", class: "button small", "aria-label": words, title: `${words} (${by < 0 ? "←" : "→"})`, disabled: !there, on: { click: () => turnPair(by) } }, glyph);
  return el("header", { class: "pair-head" }, el("h2", {}, pair.prompt),
    el("span", { class: "pair-seed" }, `${pair.subject ? `${pair.subject} · ` : ""}seed ${pair.seed}`), el("span", { class: "pair-kept", role: "status" }),
    step(-1, "‹", "Previous pair", at > 0), el("output", {}, `${at + 1} of ${count}`), step(1, "›", "Next pair", at < count - 1),
    el("button", { type: "button", class: "button small", title: "Esc", on: { click: closePair } }, "Close"));
}

/** y is a reference of an object, or what was accepted of a style. */
const yours = () => (state.project?.kind === "style" ? "Accepted" : "Reference");

const plate = (place, title, words, why, panel) => el("figure", {}, place, el("figcaption", { title: why }, el("b", {}, title), ` · ${words}`), panel);
