/** The left column of a refinement: progress, measured changes, loss, and the rule for the next round. */
/** @import { Refinement } from "payloads" */
import { openRound, refresh } from "../../app/session.js";
import { busy, state } from "../../app/store.js";
import { roundFigure } from "../../app/urls.js";
import { write } from "../../app/writes.js";
import { count, inSentence } from "../../kit/format.js";
import { Button, html } from "../../kit/html.js";
import { Select } from "../../kit/segments.js";
import { toast } from "../../kit/toast.js";
import { Plot } from "../../app/plot.js";
import { Previews } from "../../training/previews.js";
import { Measured } from "./measured.js";

const RULES = [
  ["continue", "continues from this refinement"],
  ["repeat", "starts from the base model and is refined again"],
];
const ORDER = ["pairs", "review", "refine", "generate", "done"];
/** @type {Partial<Record<string, number>>} the step at which a job works */
const AT = { pairs: 0, refine: 2, generate: 3 };
/** @typedef {"done" | "now" | "work" | "later"} Mark */
/** @type {Record<Mark, [glyph: string, words: string]>} */
const MARKS = { done: ["✓", "done"], now: ["●", "next"], work: ["…", "running"], later: ["○", "later"] };

/** For a component that is rendered again when the refinement, its round or its job has changed. */
export function Story() {
  const now = state.parts.refinement;
  if (!now) return null;
  return html`
    <div class="card-head">
      <h2>Refinement of ${inSentence(refined()?.name ?? "a round")}</h2>
      <${Button}
        title="Nothing is deleted: the refinement stays in the strip above" onClick=${undoRefinement}
      >↩ Back to the previous round<//>
    </div>
    <div class="refine-scroll">
      <ol class="refine-steps" data-done=${now.step === "done" ? "" : null}>${stepRows(now).map(stepRow)}</ol>
      <${Measured} now=${now} />
      <${Rule} now=${now} />
      ${
        now.losses.length > 1
          ? html`<section class="refine-losses" aria-label="Loss of the refinement">
              <${Plot}
                source=${roundFigure("training")} height=${210}
                version=${[now.losses.length, now.losses.at(-1)]}
              />
            </section>`
          : null
      }
      <${Previews} />
    </div>
  `;
}

/**
 * @param {Refinement} now
 * @returns {{ name: string, words: string, mark: Mark }[]}
 */
function stepRows(now) {
  const drawn = now.pairs.filter((pair) => pair.maps_version).length;
  const corrected = now.pairs.filter((pair) => pair.painted).length;
  const steps = now.losses.at(-1)?.[0];
  const work = busy() && state.job?.round_id === state.roundId ? state.job.kind : null;
  const at = AT[work ?? ""] ?? (now.step === "review" ? 1 : ORDER.indexOf(now.step));
  return [
    [
      "Pairs",
      drawn
        ? `${drawn} of ${now.pairs.length} generated and judged`
        : "Your images beside what the model generates for the same prompt",
    ],
    [
      "Look",
      corrected
        ? `${corrected} corrected by hand`
        : "Is the heat map wrong somewhere? Open a pair and paint over it, or leave it as it is",
    ],
    ["Train", steps ? count(steps, "step") : "Trains on the good areas, ignores the bad"],
    [
      "Compare",
      now.step === "done"
        ? "The same prompts and seeds, before and after"
        : "Generates the same prompts and seeds again",
    ],
  ].map(([name, words], i) => ({
    name,
    words,
    mark: i < at ? "done" : i > at ? "later" : work ? "work" : "now",
  }));
}

/** @param {ReturnType<typeof stepRows>[number]} row */
const stepRow = ({ name, words, mark }) => html`<li
  key=${name} data-mark=${mark} aria-current=${["now", "work"].includes(mark) ? "step" : null}
>
  <span class="refine-mark" role="img" aria-label=${MARKS[mark][1]}>${MARKS[mark][0]}</span>
  <span><b>${name}</b><span>${words}</span></span>
</li>`;

/** @param {{ now: Refinement }} props */
function Rule({ now }) {
  /** @param {{ currentTarget: HTMLSelectElement }} event */
  const choose = async ({ currentTarget: choice }) => {
    const rule = /** @type {"continue" | "repeat"} */ (choice.value); // one of the options
    const answer = await write("next_rule", { project: state.projectId, rule });
    if (!answer && choice.value === rule) choice.value = state.parts.refinement?.rule ?? rule;
    refresh();
  };
  return html`<section class="refine-rule" aria-label="The next round">
    <label>
      <span>The next round</span>
      <${Select}
        aria-label="What the next round does with this refinement" title=${now.next_round_rule}
        value=${now.rule} onChange=${choose} names=${RULES}
      />
    </label>
    <p class="rule-words">${now.next_round_rule}</p>
  </section>`;
}

function refined() {
  const parent = state.rounds.find((round) => round.id === state.roundId)?.parent_id;
  return state.rounds.find((round) => round.id === parent);
}

function undoRefinement() {
  const before = refined();
  if (!before) return;
  openRound(before.id);
  toast("This is the previous round. The refinement stays in the strip above: open it there.");
}
