/** One picture, large: prompt, seed, scores and why; beside the reference when asked. */
import { state, on, verdictOf, setFocus } from "./store.js";
import { el, reference } from "./dom.js";
import { picture } from "./pictures.js";
import { toggle } from "./decisions.js";

let dialog = null;
let comparing = false;

export const lightbox = () => Boolean(dialog?.open);

export function enlarge(id, { beside = false } = {}) {
  if (!state.candidates.has(id)) return;
  comparing = beside;
  setFocus(id, "lightbox");
  if (!dialog) build();
  fill();
  if (!dialog.open) dialog.showModal();
}

export function compare(id) {
  if (!id) return;
  if (!lightbox()) return enlarge(id, { beside: true });
  comparing = !comparing;
  return fill();
}

export const turn = () => fill();

export function close() {
  dialog?.close();
}

function build() {
  dialog = document.body.appendChild(el("dialog", { class: "studio lightbox", "aria-label": "Enlarged picture" }));
  dialog.addEventListener("click", (event) => event.target === dialog && close());
  dialog.addEventListener("close", () => setFocus(state.focus, "keys"));
  on("verdicts", (ids) => lightbox() && ids.has(state.focus) && fill());
  on("forget", close);
}

function fill() {
  const id = state.focus;
  const candidate = state.candidates.get(id);
  if (!candidate) return close();
  const focused = dialog.contains(document.activeElement) ? document.activeElement.dataset.action : null;
  dialog.replaceChildren(
    el("div", { class: "lightbox-pictures", data: { beside: comparing ? "yes" : "no" } },
      plate(picture(id), candidate.prompt, candidate.copy ? "Copy of the reference" : "This picture"),
      comparing ? (state.project?.references ?? []).map((r) => plate(reference(r.id), r.prompt, "Reference")) : null),
    facts(id, candidate));
  dialog.querySelector(`[data-action="${focused ?? "accept"}"]`)?.focus();
  return undefined;
}

const plate = (src, prompt, caption) => el("figure", {}, el("img", { src, alt: prompt }), el("figcaption", {}, caption));

function facts(id, candidate) {
  const verdict = verdictOf(id);
  const score = state.scoreOf.get(candidate.anchor_id);
  const button = (action, label, pressed, act, key) => el("button", {
    type: "button", class: "button", "aria-pressed": pressed === null ? null : String(pressed), data: { action }, on: { click: act }, title: key,
  }, label);
  return el("div", { class: "lightbox-facts" },
    el("h2", {}, candidate.prompt),
    el("dl", {}, ...pairs(candidate, score).flatMap(([name, value, title]) => [el("dt", { title }, name), el("dd", {}, value)])),
    score ? el("p", { class: "lightbox-why" }, score.reason) : null,
    el("div", { class: "lightbox-buttons" },
      button("accept", verdict === "accepted" ? "✓ Accepted" : "Accept", verdict === "accepted", () => toggle(id, "accepted"), "A"),
      button("reject", verdict === "rejected" ? "✕ Rejected" : "Reject", verdict === "rejected", () => toggle(id, "rejected"), "R"),
      button("compare", comparing ? "Hide the reference" : "Compare with the reference", comparing, () => compare(id), "C"),
      button("close", "Close", null, close, "Esc")));
}

function pairs(candidate, score) {
  const signed = `${candidate.margin >= 0 ? "+" : "−"}${Math.abs(candidate.margin).toFixed(4)}`;
  return [
    ["Seed", String(candidate.seed)],
    ["Likeness to its prompt", candidate.similarity_anchor.toFixed(4), "Cosine of CLIP features, s(x, a)"],
    ["Likeness to the reference's prompt", candidate.similarity_reference.toFixed(4), "s(x, ref)"],
    ["Margin", `${signed} · ${candidate.copy ? "copy (overfit)" : "aligned"}`, "The difference; zero or less counts as a copy (Eq. G2)"],
    score ? ["Anchor", `${score.copies} of ${score.n} copy · H ${score.entropy.toFixed(2)} · priority ${score.rank || "–"}`] : null,
  ].filter(Boolean);
}
