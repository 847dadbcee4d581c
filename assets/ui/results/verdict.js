/** Which round is best and why, and what is wrong with a round. */
/** @import { Measures, Caution } from "payloads" */
import { state } from "../app/store.js";
import { el, repeats } from "../kit/dom.js";
import { count, inSentence, listed, unbroken } from "../kit/format.js";
import { howComputed } from "../kit/how.js";
import { progressOf } from "../measures/progress.js";
import { progressChart } from "../measures/progress_chart.js";
import { byAge, leftOut, strengthNote } from "../measures/words.js";

const how = howComputed([
  [
    "As asked:",
    "no copy, and the thing is recognised: by CLIP, the picture is nearer to its own prompt than to the " +
      "reference’s, by at least 0.6 times as much as the base model’s of the same prompt and seed.",
    "s(x, own) − s(x, ref) ≥ 0.6 · (the same of the base model’s picture)",
  ],
  [
    "No copy:",
    "neither a copy, by the same rule as on the Rounds screen, nor blank. It may show anything else.",
  ],
  [
    "Matches its prompt, likeness:",
    "mean cosines of CLIP features: of picture and prompt (CLIP-T), of picture and reference (CLIP-I).",
  ],
  [
    "Changes:",
    "each picture is compared with the one of the same prompt and seed in the round before. ? means " +
      "that it may be chance: a sign-flip test over the prompts gives p > 0.05, or there are fewer than six.",
    "mean of (after − before)",
  ],
  [
    "Gain over base:",
    "how useful the pictures are: 100 points for one that is surely no copy, shows what was asked for, and " +
      "has all of the style or object, and 0 for the base model’s. The best round has the largest gain.",
    "gain = mean of (1 − chance of a copy) · [recognised] · carries",
  ],
]);

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
  const progress = progressOf(rounds);
  return [
    el(
      "p",
      { class: "verdict", role: "status" },
      headline ? el("b", {}, `${best && done > 1 ? "★ " : ""}${headline} `) : null,
      unbroken(sentence) ||
        "No round is measured yet. To measure one, the studio draws the same benchmark pictures with it as " +
          "with every other round.",
    ),
    ...(recipe ? [el("p", { class: "verdict-recipe" }, unbroken(recipe))] : []),
    ...now.map(warning),
    ...(earlier.length ? [folded(earlier, rounds)] : []),
    ...(progress ? [progressChart(progress)] : []),
    ...(done
      ? [
          el(
            "p",
            { class: "verdict-set" },
            `Benchmark: ${count(prompts.length, "prompt")} × ${count(seeds, "seed")}, the same for every ` +
              `round; no training uses them. ${strengthNote(drawsWeaker())}`,
            leftOut(measures),
          ),
          how,
        ]
      : []),
  ];
}

/** Are pictures on the Rounds screen drawn with less than all of the LoRA, too? */
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
    el("summary", {}, `What was wrong with ${listed(names.map(inSentence))}`),
    earlier.map(warning),
  );
}
