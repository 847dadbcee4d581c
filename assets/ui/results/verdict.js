/** Which round is best and why, and what is wrong with a round. */
/** @import { Measures, Caution } from "payloads" */
import { state } from "../app/store.js";
import { howComputed } from "../how/how.js";
import { el, repeats } from "../kit/dom.js";
import { count, inSentence, listed, unbroken } from "../kit/format.js";
import { progressOf } from "../measures/progress.js";
import { progressChart } from "../measures/progress_chart.js";
import { byAge, leftOut, strengthNote } from "../measures/words.js";

const how = howComputed("results");

/**
 * @param {HTMLElement} box
 * @param {Measures | null} measures
 * @param {string} recipe by which to draw with the best round, in words, or empty
 */
export function showVerdict(box, measures, recipe) {
  if (repeats(box, [measures, recipe, drawsWeaker()])) return;
  box.replaceChildren(...(measures ? content(measures, recipe) : []));
}

/**
 * @param {Measures} measures
 * @param {string} recipe
 */
function content(measures, recipe) {
  const { best, headline, sentence, rounds, prompts } = measures;
  const { seeds } = measures.chosen;
  const { now, earlier } = byAge(measures);
  const done = rounds.filter((round) => round.report && round.id).length;
  const progress = progressOf(rounds, state.project?.kind);
  return [
    el(
      "p",
      { class: "verdict", role: "status" },
      headline ? el("b", {}, `${best && done > 1 ? "★ " : ""}${headline} `) : null,
      unbroken(sentence) ||
        "No round is measured yet. Measuring generates the same benchmark images with every round.",
    ),
    ...(recipe ? [el("p", { class: "verdict-recipe" }, unbroken(recipe))] : []),
    ...now.map(warning),
    ...measures.carry_over.map((told) => el("p", { class: "verdict-set" }, told)),
    ...(earlier.length ? [folded(earlier, rounds)] : []),
    ...(progress ? [progressChart(progress)] : []),
    ...(done
      ? [
          el(
            "p",
            { class: "verdict-set" },
            `Benchmark: ${count(prompts.length, "prompt")} × ${count(seeds, "seed")}, the same for every ` +
              `round; not used in training. ${strengthNote(drawsWeaker())}`,
            leftOut(measures),
          ),
          how,
        ]
      : []),
  ];
}

/** Are images on the Rounds screen drawn with less than all of the LoRA, too? */
function drawsWeaker() {
  const settings = state.project?.settings;
  if (settings?.generation.allocation === "ladder") return settings.tune.method !== "full";
  return Number(settings?.generation.lowest_strength ?? 1) < 1;
}

/** @param {Caution} warning */
const warning = ({ kind, sentence }) =>
  el(
    "p",
    { class: "verdict-warning", data: { kind } },
    el("span", { "aria-hidden": "true" }, "! "),
    sentence,
  );

/**
 * @param {Caution[]} earlier
 * @param {Measures["rounds"]} rounds
 */
function folded(earlier, rounds) {
  const names = rounds.filter(({ id }) => earlier.some(({ round }) => round === id)).map(({ name }) => name);
  return el(
    "details",
    { class: "how" },
    el("summary", {}, `Earlier warnings: ${listed(names.map(inSentence))}`),
    earlier.map(warning),
  );
}
