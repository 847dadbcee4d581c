/** The Rounds screen of a refinement: its pairs, training, and the comparison of before and after. */
/** @import { PairMap } from "../../heatmap/patch_maps.js" */
import { refresh } from "../../app/session.js";
import { ofRound, state } from "../../app/store.js";
import { write } from "../../app/writes.js";
import { HeatLegend, HeatStrength } from "../../heatmap/heatmap.js";
import { Button, html, SignButton } from "../../kit/html.js";
import { Segments } from "../../kit/segments.js";
import { toast } from "../../kit/toast.js";
import { render } from "../../vendor/preact.min.js";
import { refining } from "../../rounds/next_step.js";
import { ownShown } from "../../rounds/sides.js";
import { BeforeAfter } from "./before_after.js";
import { pairHeat, PairCards } from "./pair_cards.js";
import { Story } from "./story.js";

/** @typedef {"compare" | "pairs"} View */
const choice = ofRound(() => /** @type {View | null} */ (null));

/** @param {HTMLElement} box */
export function mountRefinement(box) {
  render(html`<${Shown} />`, box);
}

const Shown = () => (refining() && ownShown() ? html`<${Refinement} key=${state.roundId} />` : null);

function Refinement() {
  const pairs = state.parts.refinement?.pairs ?? [];
  const view = choice.value ?? (state.parts.refinement?.step === "done" ? "compare" : "pairs");
  /** @param {View} name */
  const choose = (name) => {
    choice.value = name;
  };
  const isJudged = view === "pairs" && pairs.some((pair) => pair.maps_version);
  return html`
    <section class="card refine-left" aria-label="The refinement"><${Story} /></section>
    <section class="card refine-right" aria-label="Pairs and images">
      <div class="refine-head">
        <${Segments}
          label="Views of the refinement" chosen=${view} choose=${choose}
          names=${[
            ["compare", "Before and after"],
            ["pairs", `Pairs${pairs.length ? ` ${pairs.length}` : ""}`],
          ]}
        />
        ${isJudged ? html`<${Steps} />` : null}
      </div>
      ${isJudged ? html`<${PairBar} />` : null}
      ${
        view === "pairs"
          ? html`<${PairCards} pairs=${pairs} />`
          : html`<div class="compare"><${BeforeAfter} /></div>`
      }
    </section>
  `;
}

function Steps() {
  const { can_undo: undoes, can_redo: redoes } = state.parts.refinement ?? {};
  return html`<span class="pair-steps">
    <${SignButton}
      words="Undo the last correction (Ctrl+Z)" disabled=${!undoes}
      onClick=${() => stepPainting("undo_painting")}
    >↶<//>
    <${SignButton}
      words="Redo the correction (Ctrl+Y)" disabled=${!redoes} onClick=${() => stepPainting("redo_painting")}
    >↷<//>
  </span>`;
}

/** @type {[kind: PairMap, label: string, title: string][]} */
const HEATS = [
  ["quality", "Likeness", "Heat map over the generated images: likeness of each area to the reference"],
  [
    "reproduction",
    "How much of the reference is reproduced",
    "Heat map over the references: which areas the generated image reproduces",
  ],
];

/** Toolbar of the cards: heatmap toggles, opacity and legend. */
const PairBar = () => html`<div class="pair-bar">
  ${HEATS.map(
    ([kind, label, title]) => html`<${Button}
      key=${kind} title=${title} aria-pressed=${String(pairHeat.value[kind])}
      onClick=${() => (pairHeat.value = { ...pairHeat.value, [kind]: !pairHeat.value[kind] })}
    >${label}<//>`,
  )}
  <${HeatStrength} /><${HeatLegend} />
</div>`;

/** @param {"undo_painting" | "redo_painting"} name */
export async function stepPainting(name) {
  const round = state.roundId;
  const answer = await write(name, { round });
  if (answer && !answer.changed && round === state.roundId)
    toast(`There is nothing to ${name.split("_")[0]} in this refinement.`);
  await refresh();
  const pair = `.pair-card[data-pair="${answer?.changed}"]`;
  document.querySelector(pair)?.scrollIntoView({ block: "nearest" });
}
