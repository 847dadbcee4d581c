/** Prints what the page says of tables of rounds (JSON on the standard input), for a test of the package. */
import { readFileSync } from "node:fs";
import { NAMES } from "../../../assets/ui/measures/metrics.js";
import { progressOf, progressWords } from "../../../assets/ui/measures/progress.js";
import { cellWords, chipGain } from "../../../assets/ui/measures/words.js";
/** @import { MeasuredRound, Measures } from "payloads" */

/** @type {Measures[]} */
const tables = JSON.parse(readFileSync(0, "utf8"));

/** @param {Measures} measures @param {MeasuredRound} round */
const cells = (measures, round) =>
  Object.fromEntries(NAMES.map((metric) => [metric, cellWords(measures, round, metric)]));

const said = tables.map((measures) => {
  const progress = progressOf(measures.rounds);
  return {
    cells: measures.rounds.map((round) => cells(measures, round)),
    chips: measures.rounds.map(({ id }) => (id === null ? "" : (chipGain(measures, id)?.title ?? ""))),
    chart: progress?.curves.map(({ metric, values }) => [metric, values.map((one) => one?.value)]) ?? [],
    sentence: progress ? progressWords(progress) : "",
  };
});
process.stdout.write(JSON.stringify(said));
