/** One picture, large: prompt, seed, scores, why, patch quality and a brush; beside the reference when asked. */
import { state, on, verdictOf, setFocus } from "../../app/store.js";
import { el, reference, whenClosed } from "../../kit/dom.js";
import { undecided } from "../../kit/format.js";
import { picture } from "../../app/urls.js";
import { REMARKS } from "../grid/tile.js";
import { toggle } from "../grid/verdicts.js";
import { heatView, stage } from "../../heatmap/heatmap.js";
import { heatPanel } from "../../heatmap/panel.js";
import { partButtons, partPainter } from "./accept_part.js";

let dialog = null;
let pictures = null;
let facts = null;
let main = null; // the picture that is shown, with its layers
let comparing = false;

export const lightbox = () => Boolean(dialog?.open);
export const painting = () => lightbox() && Boolean(main?.part.painting());

export function enlarge(id, { beside = false, part = false, heat = false } = {}) {
  if (!state.candidates.has(id)) return;
  comparing = beside;
  setFocus(id, "lightbox");
  if (!dialog) build();
  if (!dialog.open) dialog.showModal();
  fill();
  if (part) main?.part.start();
  if (heat && !heatView.on) toggleHeat();
}

export function compare(id) {
  if (!id) return;
  if (!lightbox()) return enlarge(id, { beside: true });
  comparing = !comparing;
  return fill();
}

export const turn = () => fill();
export const toggleHeat = () => main?.heat.toggle();
export const acceptPart = () => main?.part.accept();

/** Paint what is right in the picture in focus. */
export function paintPart(id) {
  if (!id) return;
  if (!lightbox()) return enlarge(id, { part: true });
  return main?.part.start();
}

/** One step back: out of the painting first, then out of the enlarged view. */
export function close() {
  if (painting()) return main.part.leave();
  return dialog && shut();
}

/** Browsers tell of a closing late: what belongs to it is done at once, and the focus goes where the person looked last. */
function shut() {
  const id = state.focus;
  dialog.close();
  drop();
  setFocus(id, "keys");
}

function build() {
  pictures = el("div", { class: "lightbox-pictures" });
  facts = el("div", { class: "lightbox-facts" });
  dialog = document.body.appendChild(
    el("dialog", { class: "studio lightbox", "aria-label": "Enlarged picture" }, pictures, facts),
  );
  dialog.addEventListener("click", (event) => event.target === dialog && !painting() && close());
  dialog.addEventListener("cancel", (event) => {
    if (painting()) event.preventDefault();
  });
  whenClosed(dialog, () => main && shut()); // by the browser itself
  on("verdicts", (ids) => {
    if (lightbox() && ids.has(state.focus)) fill();
  });
  on("job busy", () => lightbox() && main?.heat.refresh());
  on("forget", () => lightbox() && shut());
}

function drop() {
  main?.part.remove();
  main?.heat.remove();
  main = null;
  facts.replaceChildren();
}

function fill() {
  const id = state.focus;
  const candidate = state.candidates.get(id);
  if (!candidate) return shut();
  if (main?.id !== id) {
    drop();
    main = candidatePlate(id, candidate);
  }
  const beside = comparing
    ? (state.project?.references ?? []).map((r) => plate(reference(r.id), r.prompt, "Reference"))
    : [];
  pictures.dataset.beside = beside.length > 1 ? "many" : beside.length ? "yes" : "no";
  const wanted = [main.node, ...beside];
  if (pictures.children.length !== wanted.length || pictures.firstChild !== main.node)
    pictures.replaceChildren(...wanted);
  main.part.show();
  return showFacts(id, candidate);
}

function candidatePlate(id, candidate) {
  const place = stage(el("img", { src: picture(id), alt: candidate.prompt, draggable: false }));
  const heat = heatPanel(place, { owner: id, judge: true });
  const part = partPainter(place, id, () => lightbox() && main?.id === id && showFacts(id, candidate));
  const caption = el("figcaption", {}, candidate.copy ? "Looks like the reference" : "This picture");
  return { id, heat, part, node: el("figure", {}, place, caption, part.node, heat.node) };
}

const plate = (src, prompt, caption) =>
  el("figure", {}, el("img", { src, alt: prompt }), el("figcaption", {}, caption));

function showFacts(id, candidate) {
  const focused = facts.contains(document.activeElement) ? document.activeElement.dataset.action : null;
  const score = state.scoreOf.get(candidate.anchor_id);
  const next = el(
    "div",
    { class: facts.className },
    el("h2", {}, candidate.prompt),
    el(
      "dl",
      {},
      ...pairs(candidate, score).flatMap(([name, value, title]) => [
        el("dt", { title }, name),
        el("dd", {}, value),
      ]),
    ),
    ...(score?.reason ? [el("p", { class: "lightbox-why" }, score.reason)] : []),
    ...(score?.suggested === id && score.why
      ? [el("p", { class: "lightbox-why" }, `Why this picture: ${score.why}`)]
      : []),
    ...(main.part.painting() ? partButtons(main.part) : [verdictButtons(id)]),
  );
  if (facts.isEqualNode(next)) return; // what is replaced under the mouse is not clicked
  facts.replaceChildren(...next.childNodes);
  const wanted = focused && facts.querySelector(`[data-action="${focused}"]:not(:disabled)`);
  if (wanted) wanted.focus();
  else if (document.activeElement === dialog || !dialog.contains(document.activeElement))
    facts.querySelector("[data-action=accept]")?.focus();
}

function verdictButtons(id) {
  const verdict = verdictOf(id);
  const inPart = verdict === "accepted" && state.masks.has(id);
  const button = (action, label, pressed, act, key) =>
    el(
      "button",
      {
        type: "button",
        class: "button",
        "aria-pressed": pressed === null ? null : String(pressed),
        data: { action },
        on: { click: act },
        title: key,
      },
      label,
    );
  return el(
    "div",
    { class: "lightbox-buttons" },
    button(
      "accept",
      verdict !== "accepted" ? "Accept" : inPart ? "◐ Accepted in part" : "✓ Accepted",
      verdict === "accepted",
      () => toggle(id, "accepted"),
      "A",
    ),
    button(
      "reject",
      verdict === "rejected" ? "✕ Rejected" : "Reject",
      verdict === "rejected",
      () => toggle(id, "rejected"),
      "R",
    ),
    button(
      "part",
      inPart ? "Change the part" : "Accept in part…",
      null,
      () => main.part.start(),
      "P: paint what is right",
    ),
    button(
      "compare",
      comparing ? "Hide the reference" : "Compare with the reference",
      comparing,
      () => compare(id),
      "C",
    ),
    button("close", "Close", null, close, "Esc"),
  );
}

function pairs(candidate, score) {
  const signed = `${candidate.margin >= 0 ? "+" : "−"}${Math.abs(candidate.margin).toFixed(4)}`;
  return [
    ["Seed", String(candidate.seed)],
    ...(state.project?.scores ?? [])
      .filter(({ name }) => name in candidate.scores)
      .map(({ name, label, explanation }) => [label, candidate.scores[name].toFixed(4), explanation]),
    [
      "Difference",
      `${signed} · ${candidate.copy ? "looks like the reference" : "matches its prompt"}`,
      "Likeness to its own prompt minus likeness to the reference’s prompt. At zero or below, the picture counts as like the reference",
    ],
    candidate.remark ? ["Note", REMARKS[candidate.remark] ?? candidate.remark] : null,
    score
      ? [
          "Test prompt",
          `${score.copies} of ${score.n} like the reference · undecided ${undecided(score.entropy)} · priority ${score.rank || "–"}`,
        ]
      : null,
  ].filter(Boolean);
}
