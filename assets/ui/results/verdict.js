/** Which round is best and why, and what is wrong with a round. */
/** @import { Measures, RoundWarning } from "../app/types/payloads_measures.d.ts" */
import { el, repeats } from "../kit/dom.js";
import { count } from "../kit/format.js";
import { howComputed } from "../kit/how.js";
import { byAge, leftOut } from "../measures/words.js";

const how = howComputed([
  [
    "As asked:",
    "the share of pictures that show what was asked for: they are neither flagged as copies, in the same " +
      "way as the pictures of a round are, nor blank.",
  ],
  [
    "Matches its prompt, like the reference:",
    "mean cosines of CLIP features, of picture and prompt (CLIP-T) and of picture and reference (CLIP-I).",
  ],
  [
    "Since the round before:",
    "each picture is paired with the one of the same prompt and seed; ▲ and ▼ are shown where the 95 % " +
      "interval of the mean difference (bootstrap over prompts) leaves out zero, ≈ elsewhere.",
    "mean of (after − before)",
  ],
  [
    "The best round:",
    "has the largest gain: how much closer to the reference its pictures are than the base model’s of the " +
      "same prompt and seed, where a copy counts 0.",
    "gain = mean of [as asked] · (CLIP-I − CLIP-I of the base model)",
  ],
]);

/**
 * @param {HTMLElement} box
 * @param {Measures | null} measures
 */
export function showVerdict(box, measures) {
  if (repeats(box, measures)) return;
  box.replaceChildren(...(measures ? content(measures) : []));
}

/** @param {Measures} measures */
function content(measures) {
  const { best, sentence, rounds, prompts, seeds } = measures;
  const name = rounds.find((round) => round.id === best && best)?.name;
  const { now, earlier } = byAge(measures);
  const done = rounds.some((round) => round.report && round.id);
  return [
    el(
      "p",
      { class: "verdict", role: "status" },
      name ? el("b", {}, `★ ${name} is the best so far. `) : null,
      sentence ||
        "No round is measured yet. Measuring draws the same pictures with every round, so that rounds can " +
          "be told apart by what they gained.",
    ),
    ...now.map(warning),
    ...(earlier.length ? [folded(earlier)] : []),
    ...(done
      ? [
          el(
            "p",
            { class: "verdict-set" },
            `Measured on ${count(prompts.length, "held-out prompt")} × ${count(seeds, "seed")} that no ` +
              "training uses, the same for every round. ",
            leftOut(measures),
          ),
          how,
        ]
      : []),
  ];
}

/** @param {RoundWarning} warning */
const warning = ({ kind, sentence }) =>
  el(
    "p",
    { class: "verdict-warning", data: { kind } },
    el("span", { "aria-hidden": "true" }, "! "),
    sentence,
  );

/** @param {RoundWarning[]} earlier */
const folded = (earlier) =>
  el(
    "details",
    { class: "how" },
    el("summary", {}, `${count(earlier.length, "warning")} about earlier rounds`),
    earlier.map(warning),
  );
