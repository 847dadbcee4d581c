/** The Rounds screen of a refinement: its pairs, training, and the comparison of before and after. */
/** @import { PairMap } from "../heatmap/patch_maps.js" */
/** @import { RoundsParts } from "../app/types/parts.d.ts" */
import { state, on, emit } from "../app/store.js";
import { refresh } from "../app/session.js";
import { write } from "../app/writes.js";
import { el, makeButton, setAttribute } from "../kit/dom.js";
import { heatLegend, heatStrength } from "../heatmap/heatmap.js";
import { mountRefineStory } from "./story.js";
import { mountPairCards, pairHeat, showHeat } from "./pair_cards.js";
import { mountBeforeAfter } from "./before_after.js";
import { segments } from "../kit/segments.js";
import { toast } from "../kit/toast.js";

/** @typedef {"refinement" | "candidates"} Side */
/** @typedef {"compare" | "pairs"} View */
/** @type {{ side: Side, view: View | null }} */
const choice = { side: "refinement", view: null }; // the user's choice for the current round

/**
 * Show the refinement or the candidates of a round of kind refine.
 * @param {Side} side
 */
export function showSide(side) {
  choice.side = side;
  emit("side");
}

/** Is the refinement shown, rather than the candidates of its round? */
export const refinementShown = () => state.round?.kind === "refine" && choice.side === "refinement";

/** @param {RoundsParts} parts */
export function mountRefinement(parts) {
  const views = segments(
    "Views of the refinement",
    [
      ["compare", "Before and after"],
      ["pairs", "Pairs"],
    ],
    (name) => {
      choice.view = name;
      update();
    },
  );
  const cards = el("div", { class: "pair-grid scroll", "aria-label": "Pairs", role: "group" });
  const bar = pairBar();
  const compare = el("div", { class: "compare" });
  const right = el(
    "section",
    { class: "card refine-right", "aria-label": "Pairs and images" },
    el("div", { class: "refine-head" }, views.node, bar.steps),
    bar.node,
    cards,
    compare,
  );
  const left = el("section", { class: "card refine-left", "aria-label": "The refinement" });
  parts.refine.append(left, right);
  mountRefineStory(left);
  mountPairCards(cards);
  const before = mountBeforeAfter(compare);
  const sides = segments(
    "What is shown of this round",
    [
      ["refinement", "Refinement"],
      ["candidates", "Images"],
    ],
    showSide,
  );
  parts.sides.append(sides.node);
  /** @type {string | null} */
  let last = null;

  function update() {
    const refine = state.round?.kind === "refine";
    if (refine && last !== state.roundId) {
      last = state.roundId;
      Object.assign(choice, { side: "refinement", view: null });
    }
    const shown = refinementShown();
    parts.sides.hidden = !refine;
    parts.refine.hidden = !shown;
    parts.columns.hidden = shown;
    if (!refine) return;
    const { candidates } = state;
    sides.show(choice.side, { candidates: `Pictures${candidates.size ? ` ${candidates.size}` : ""}` });
    const view = choice.view ?? (state.refinement?.step === "done" ? "compare" : "pairs");
    views.show(view, {
      pairs: `Pairs${state.refinement?.pairs.length ? ` ${state.refinement.pairs.length}` : ""}`,
    });
    cards.hidden = view !== "pairs";
    compare.hidden = view !== "compare";
    bar.show(view === "pairs" && Boolean(state.refinement?.pairs.some((pair) => pair.maps_version)));
    if (!compare.hidden) before.load();
  }
  on("side round refinement candidates forget", update);
  update();
}

/** Toolbar of the cards: heatmap toggles, opacity and legend; undo and redo of painting. */
function pairBar() {
  /**
   * @param {PairMap} kind
   * @param {string} label
   * @param {string} title
   */
  const toggle = (kind, label, title) =>
    makeButton(
      { title, "aria-pressed": String(pairHeat[kind]) },
      (event) => {
        showHeat(kind, !pairHeat[kind]);
        setAttribute(event.currentTarget, "aria-pressed", String(pairHeat[kind]));
      },
      label,
    );
  const node = el(
    "div",
    { class: "pair-bar" },
    toggle(
      "quality",
      "Likeness",
      "Heat map over the generated images: likeness of each area to the reference",
    ),
    toggle(
      "reproduction",
      "How much of the reference survives",
      "Heat map over the references: which areas survive in the generated image",
    ),
    heatStrength(),
    heatLegend().node,
  );
  const undo = makeButton(
    {
      class: "quiet",
      "aria-label": "Undo the last correction (Ctrl+Z)",
      title: "Undo the last correction (Ctrl+Z)",
    },
    () => stepPainting("undo_painting"),
    "↶",
  );
  const redo = makeButton(
    { class: "quiet", "aria-label": "Redo the correction (Ctrl+Y)", title: "Redo the correction (Ctrl+Y)" },
    () => stepPainting("redo_painting"),
    "↷",
  );
  const steps = el("span", { class: "pair-steps" }, undo, redo);
  return {
    node,
    steps,
    show: (/** @type {boolean} */ there) => {
      node.hidden = steps.hidden = !there;
      undo.disabled = !state.refinement?.can_undo;
      redo.disabled = !state.refinement?.can_redo;
    },
  };
}

/**
 * Undo or redo one change of the painted masks of this refinement.
 * @param {"undo_painting" | "redo_painting"} name
 */
export async function stepPainting(name) {
  const round = state.roundId;
  const answer = await write(name, { round });
  if (answer && !answer.changed && round === state.roundId)
    toast(`There is nothing to ${name.split("_")[0]} in this refinement.`);
  await refresh();
}
