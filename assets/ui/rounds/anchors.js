/** One row an anchor in the order of priority: how often it copies, how sure that is, and why it was chosen. */
import { state, on, drawing, setFocus, setHover } from "../app/store.js";
import { el, repeats } from "../kit/dom.js";
import { editAnchors } from "../reference/anchors_editor.js";

export function mountAnchors(parts) {
  const update = () => { if (!parts.anchors.hidden) show(parts.anchors); };
  on("scores round job forget view received", update);
  on("hover", () => light(parts.anchors));
}

function show(box) {
  const scores = state.scores;
  if (repeats(box, [scores, drawing(), state.round?.example_weight])) return;
  if (!scores.length || !state.round) {
    box.replaceChildren(el("div", { class: "empty" }, el("p", {}, "Anchors are scored as their pictures are drawn."), state.project ? editButton() : null));
    return;
  }
  box.replaceChildren(openness(), el("table", { class: "table" },
    el("thead", {}, el("tr", {}, ["", "Anchor and why", "Copies", "H"].map((name, i) => el("th", { scope: "col", title: TITLES[i] }, name)))),
    el("tbody", {}, scores.map(row))));
}

function openness() {
  const { openness: mean, example_weight: weight } = state.round;
  return el("p", { class: "openness" }, el("span", {}, "Openness ", el("b", {}, mean.toFixed(2)),
    ": the mean entropy of all anchors. An accepted picture will weigh ", el("b", {}, String(Number(weight.toPrecision(2)))), ", a reference 1."), editButton());
}

function editButton() {
  return el("button", { type: "button", class: "button small", data: { keep: "anchors" }, on: { click: editAnchors } }, "Edit anchors");
}

const TITLES = [
  "Priority", "The prompt, and why it was chosen or not", "Overfit rate with its 95 % interval (Wilson)", "Entropy of the overfit rate in nats",
];

function row(score) {
  const first = [...state.candidates.values()].find((c) => c.anchor_id === score.anchor_id)?.id ?? null;
  const go = () => setFocus(score.suggested ?? first, "anchors");
  return el("tr", { data: { anchor: score.anchor_id, chosen: score.chosen ? "yes" : "no" }, on: {
    click: go, pointerenter: () => setHover(score.suggested ?? first, "anchors"), pointerleave: () => setHover(null, "anchors"),
  } },
  el("td", {}, el("span", { class: "rank" }, score.rank ? String(score.rank) : "·")),
  el("th", { scope: "row" }, el("button", { type: "button", class: "link", on: { click: go } }, score.head),
    score.chosen ? el("span", { class: "star", title: "Suggested", "aria-label": "suggested" }, "★") : null,
    el("span", { class: "why" }, score.reason)),
  el("td", { class: "copies-cell" }, interval(score), el("span", {}, `${score.copies}/${score.n}`)),
  el("td", {}, score.entropy.toFixed(2)));
}

/** The overfit rate as a dot on its interval. */
function interval({ rate, low, high, copies, n }) {
  const bar = el("span", { class: "interval", role: "img",
    "aria-label": `${copies} of ${n}: ${Math.round(100 * rate)} %, interval ${Math.round(100 * low)} to ${Math.round(100 * high)} %`,
    title: `${Math.round(100 * rate)} %, 95 % interval ${Math.round(100 * low)} to ${Math.round(100 * high)} %` },
  el("i", { class: "range" }), el("i", { class: "dot" }));
  bar.firstChild.style.left = `${100 * low}%`;
  bar.firstChild.style.width = `${100 * (high - low)}%`;
  bar.lastChild.style.left = `${100 * rate}%`;
  return bar;
}

function light(box) {
  if (box.hidden) return;
  const anchor = state.candidates.get(state.hover)?.anchor_id;
  for (const node of box.querySelectorAll("tr[data-hot]")) node.removeAttribute("data-hot");
  for (const node of box.querySelectorAll("tr[data-anchor]")) if (node.dataset.anchor === anchor) node.dataset.hot = "";
}
