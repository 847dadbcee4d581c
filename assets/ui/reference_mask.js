/** Paint where a reference shows its subject; without paint the studio finds it by itself. */
import { on } from "./store.js";
import { call, refresh } from "./session.js";
import { write } from "./writes.js";
import { el, reference, setAttribute } from "./dom.js";
import { makeBrush } from "./brush.js";
import { brushBar } from "./brush_bar.js";
import { Mask } from "./mask.js";
import { stage } from "./heatmap.js";

const TOOLS = [
  { name: "subject", title: "Subject", key: "g", label: 255, look: "keep" },
  { name: "erase", title: "Erase", key: "e", label: 0, look: null },
];
let dialog = null;
let open = null;

export const maskOpen = () => Boolean(dialog?.open);

/** Open the brush over a reference `{id, prompt}`; `kept()` is called after its mask was changed. */
export async function paintReference({ id, prompt }, kept = () => {}) {
  if (!dialog) build();
  close();
  const mine = { brush: null };
  open = mine;
  const place = stage(el("img", { src: reference(id), alt: prompt, draggable: false }));
  const words = el("p", { class: "lightbox-why" }, "Paint the subject, and leave the background out. What is not painted weighs nothing when the model learns from this picture.");
  const button = (action, label, act) => el("button", { type: "button", class: "button", data: { action }, on: { click: act } }, label);
  const keep = button("keep-mask", "Keep this mask", () => send(id, mine.brush.runs(), kept));
  const auto = button("auto-mask", "Let the studio find it", () => send(id, null, kept));
  const bar = el("div");
  dialog.replaceChildren(el("figure", {}, place, bar), el("div", { class: "lightbox-facts" }, el("h2", {}, prompt), words,
    el("div", { class: "lightbox-buttons" }, keep, auto, button("close", "Close", close))));
  dialog.showModal();
  const answer = await call("rounds", "reference_mask", { reference: id });
  if (open !== mine || !answer) return;
  auto.disabled = !answer.painted;
  let made = null;
  const update = () => {
    if (!made) return;
    made.update();
    const all = mine.brush.mask?.share(255) ?? 0;
    keep.disabled = all === 0 || all === 1 || !mine.brush.changed;
    setAttribute(keep, "data-next", keep.disabled ? null : "");
    keep.title = all === 1 ? "All of it is painted: leave the background out" : all === 0 ? "Paint the subject first" : "";
  };
  mine.brush = makeBrush(place, { tools: TOOLS, runs: answer.mask && Mask.fromRuns(answer.mask).parted().toRuns(), name: "The subject of this picture", onChange: update });
  made = brushBar(mine.brush);
  bar.replaceChildren(made.node);
  update();
}

function build() {
  dialog = document.body.appendChild(el("dialog", { class: "studio lightbox mask-view", "aria-label": "The subject of a reference" }));
  dialog.addEventListener("close", drop);
  on("forget", close);
}

function drop() {
  open?.brush?.remove();
  open = null;
}

function close() {
  drop();
  if (dialog.open) dialog.close();
}

async function send(id, mask, kept) {
  let answer = null;
  await write(async () => { answer = await call("rounds", "set_mask", { reference: id, mask }); });
  if (!answer) return;
  close();
  await refresh();
  kept();
}
