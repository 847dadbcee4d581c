/** Which round is best and why, and what is wrong with a round. */
/** @import { Caution } from "payloads" */
import { state } from "../app/store.js";
import { projectFigure } from "../app/urls.js";
import { How } from "../how/how.js";
import { count, inSentence, listed, unbroken } from "../kit/format.js";
import { html } from "../kit/html.js";
import { figures } from "../kit/figures.js";
import { canMeasure, partsIn } from "../kit/places.js";
import { doubtOf, LookYourself } from "./doubt.js";
import { Plot } from "../app/plot.js";

const UNMEASURED = "Nothing is measured yet. Measuring generates the same benchmark images with each.";

/** The warnings of rounds that others went on from, or of the rest. @param {boolean} isEarlier */
const warningsOf = (isEarlier) =>
  (state.measures?.warnings ?? []).filter(
    ({ round }) => state.measures?.words.earlier.includes(round) === isEarlier,
  );

/** How many rounds are measured, without the base model. */
const measuredRounds = () => (state.measures?.rounds ?? []).filter(({ report, id }) => report && id).length;

/**
 * `recipe` is what its own images say of the best round, or empty.
 * @param {{ recipe: string, round: string | undefined }} props
 */
export function Verdict({ recipe, round: shown }) {
  const { measures } = state;
  if (!measures) return null;
  const { best, headline, rounds, words } = measures;
  const sentence = figures.value ? measures.sentence : measures.plain;
  const scheduled = rounds.some(({ schedules }) => schedules.some(({ report }) => report));
  const done = measuredRounds();
  return html`
    <p class="verdict" role="status">
      ${headline ? html`<b>${best && done > 1 ? "★ " : ""}${headline} </b>` : null}
      ${unbroken(sentence) || (canMeasure() && UNMEASURED)}
      ${
        done && !scheduled && drawsWeaker()
          ? " At full LoRA strength, so with more copies than in All images."
          : null
      }
    </p>
    ${measures.blind
      .filter(({ sentence: told }) => told !== headline)
      .map(({ sentence: told }) => html`<p class="verdict-recipe" key=${told}>${unbroken(told)}</p>`)}
    ${measures.agreed ? html`<p class="verdict-recipe">${measures.agreed}</p>` : null}
    <${LookYourself} round=${shown} />
    ${measures.constant ? html`<p class="verdict-recipe">${unbroken(measures.constant)}</p>` : null}
    ${words.lacking ? html`<p class="verdict-recipe">${unbroken(words.lacking)}</p>` : null}
    ${recipe && !scheduled ? html`<p class="verdict-recipe">${unbroken(recipe)}</p>` : null}
    ${warningsOf(false)
      .filter(({ sentence: told }) => told !== doubtOf(shown))
      .map(warning)}
    ${measures.carry_over.map((found) => html`<p class="verdict-set">${said(found)}</p>`)}
    <div class="verdict-parts">${partsIn("verdict")}</div>
  `;
}

/** What the verdict rests on: what rounds changed, the benchmark, and warnings of rounds that were left. */
export function Basis() {
  const { measures } = state;
  if (!measures) return null;
  const { rounds, prompts, words } = measures;
  const earlier = warningsOf(true);
  const names = rounds.filter(({ id }) => earlier.some(({ round }) => round === id)).map(({ name }) => name);
  const size = `${count(prompts.length, "prompt")} × ${count(measures.chosen.seeds, "seed")}`;
  return html`
    ${
      earlier.length
        ? html`<details class="how">
            <summary>Earlier warnings: ${listed(names.map(inSentence))}</summary>
            ${earlier.map(warning)}
          </details>`
        : null
    }
    ${
      words.progress
        ? html`<figure class="progress">
            <div>
              <${Plot} untitled source=${projectFigure("progress")} version=${rounds} height=${230} />
            </div>
            <figcaption>${unbroken(words.progress)}</figcaption>
          </figure>`
        : null
    }
    ${
      measuredRounds()
        ? html`<p class="verdict-set">
              Benchmark: ${size}, the same for each; not used in training. ${words.not_counted}
            </p>
            <${How} chapter="results" />`
        : null
    }
  `;
}

/** Are images on the Rounds screen drawn with less than all of the LoRA, too? */
function drawsWeaker() {
  const settings = state.project?.settings;
  if (settings?.generation.allocation === "ladder") return settings.tune.method !== "full";
  return Number(settings?.generation.lowest_strength ?? 1) < 1;
}

/** @param {Caution} found */
const said = ({ sentence, plain }) => (!figures.value && plain) || sentence;

/** @param {Caution} found */
const warning = (found) => html`<p class="verdict-warning" data-kind=${found.kind} key=${found.sentence}>
  <span aria-hidden="true">! </span>${said(found)}
</p>`;
