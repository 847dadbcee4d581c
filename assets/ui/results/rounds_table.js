/** The table of rounds: figures on the benchmark with the change since the round before, and the LoRAs. */
/** @import { Figures, Interval, MeasuredRound, MeasuredSchedule, Measures } from "payloads" */
/** @import { Metric, RoundResult } from "payloads" */
import { refresh } from "../app/session.js";
import { state } from "../app/store.js";
import { write } from "../app/writes.js";
import { inSentence } from "../kit/format.js";
import { figures } from "../kit/figures.js";
import { Button, html } from "../kit/html.js";
import { PopoverButton } from "../kit/popovers.js";
import { METRICS, metricName, NAMES } from "../measures/metrics.js";
import { cellWords, learnedWords, scheduleWords, signed } from "../measures/words.js";
import { openExports } from "./exports.js";

/** Without figures: what everybody counts. @type {Metric[]} */
const COUNTED = ["as_asked", "copies"];
const metrics = () => (figures.value ? NAMES : COUNTED);
/** How many columns lie between the name and what was accepted. */
const between = () => metrics().length + (figures.value ? 2 : 0);
const head = () => {
  const plain = ["Round", "Accepted", "LoRA", ...COUNTED.map((metric) => METRICS[metric].name)];
  return figures.value ? HEAD : HEAD.filter(([name]) => plain.includes(name));
};

const HEAD = [
  ["Round", ""],
  ...NAMES.map((metric) => [METRICS[metric].name, METRICS[metric].title]),
  [
    "Gain over base",
    "How much closer to the reference than the base model, counting only images that match the prompt. The " +
      "best round has the highest.",
  ],
  [
    "Learned",
    "Prompt match on the accepted prompts, which this round was trained on. The other columns are about " +
      "prompts that no training uses.",
  ],
  ["Accepted", "How many images of this round were accepted. The next round trains on them."],
  ["Weight", "How much each accepted image of this round counts in training. A reference counts 1."],
  ["LoRA", ""],
];

/**
 * The heading of a column: what is learned is the style or the object of the project.
 * @param {string} name
 */
function headed(name) {
  if (name === METRICS.as_asked.name && !figures.value) return "Show what was asked";
  return name === METRICS.carries.name ? metricName("carries", state.project?.kind) : name;
}

/**
 * A word that explains itself when it is pressed.
 * @param {string} name
 * @param {string} words
 */
const explained = (name, words) => html`<${PopoverButton}
  class="explained" title=${words} label=${name} panelClass="explained-words" panelLabel=${name}
>${words}<//>`;

/** @param {{ rounds: RoundResult[], measures: Measures | null }} props */
export function RoundsTable({ rounds, measures }) {
  const base = measures?.rounds.find((round) => round.id === null);
  return html`<table class="table results-table">
    <thead>
      <tr>
        ${head().map(
          ([name, words]) =>
            html`<th scope="col" key=${name}>
              ${words ? explained(headed(name), words) : name}
            </th>`,
        )}
      </tr>
    </thead>
    <tbody>
      ${
        measures && base?.report
          ? html`<tr class="base-row" key="base">
              <th scope="row" title="The model without any training">${base.name}</th>
              ${cells(measures, base)}${head()
                .slice(between() + 1)
                .map(() => html`<td>–</td>`)}
            </tr>`
          : null
      }
      ${rounds.flatMap((round) => [row(round, measures), ...scheduleRows(round, measures)])}
    </tbody>
  </table>`;
}

/**
 * @param {RoundResult} round
 * @param {Measures | null} measures
 */
function row(round, measures) {
  const measured = measures?.rounds.find((other) => other.id === round.id);
  const number = round.accepted.length;
  const isBest = measures?.best === round.id && measured?.gain_setting === FULL;
  return html`<tr key=${round.id} data-best=${isBest ? "yes" : "no"}>
    <th scope="row" title=${measured?.schedules.length ? "At full LoRA strength" : null}>${round.name}</th>
    ${
      measures && measured
        ? cells(measures, measured)
        : head()
            .slice(1, between() + 1)
            .map(() => html`<td>–</td>`)
    }
    <td>${number}</td>
    ${figures.value ? html`<td>${number ? Number(round.weight.toPrecision(2)) : "–"}</td>` : null}
    <td>${
      isThere(round)
        ? html`<${Button}
            onClick=${() => openExports(round)}
            aria-label="Download ${round.adapter ? "the LoRA of " : ""}${inSentence(round.name)}"
          >Download…<//>`
        : "–"
    }</td>
  </tr>`;
}

/**
 * The rows of the strength schedules that a round was measured by, and of its best one while it was not.
 * @param {RoundResult} round
 * @param {Measures | null} measures
 */
function scheduleRows(round, measures) {
  const measured = measures?.rounds.find((other) => other.id === round.id);
  if (!measures || !measured?.report) return [];
  return measured.schedules.map((one) => {
    const isBest = measures.best === round.id && measured.gain_setting === one.words;
    return html`<tr
      key="${round.id} ${one.words}" class="schedule-row" data-best=${isBest ? "yes" : "no"}
    >
      <th scope="row" title="The same prompts and seeds by this strength schedule">${one.words}</th>
      ${
        one.report
          ? [
              ...metrics().map((metric) =>
                cell(figures.value ? scheduleWords(measured, one, metric) : counted(one.report, metric)),
              ),
              figures.value ? [gainCell(one.report.gain), html`<td>–</td>`] : null,
            ]
          : html`<td colspan=${between()} class="unmeasured">${lacking(measured, one)}</td>`
      }
      ${head()
        .slice(between() + 1)
        .map(() => html`<td />`)}
    </tr>`;
  });
}

/**
 * @param {MeasuredRound} round
 * @param {MeasuredSchedule} schedule
 */
const lacking = (round, { drawn, wanted }) =>
  unmeasured({ ...round, drawn, wanted }, "Its best strength schedule: not measured yet ");

const FULL = "full strength";

/**
 * @param {Measures} measures
 * @param {MeasuredRound} measured
 */
function cells(measures, measured) {
  const { report, id } = measured;
  if (!report) return html`<td colspan=${between()} class="unmeasured">${unmeasured(measured)}</td>`;
  if (!figures.value) return COUNTED.map((metric) => cell(counted(report, metric)));
  return [
    ...NAMES.map((metric) => cell(cellWords(measures, measured, metric))),
    gainCell(id === null ? null : report.gain),
    cell(learnedWords(measures, measured)),
  ];
}

/**
 * A share as the count that it is: "11 of 24".
 * @param {Figures | null} report
 * @param {Metric} metric
 */
function counted(report, metric) {
  if (!report?.figures[metric]) return null;
  const { as_asked: asked, judged, copies, pictures } = report;
  const text = metric === "copies" ? `${copies} of ${pictures}` : `${asked} of ${judged}`;
  return { text, title: "", change: null };
}

/** @param {Interval | null} gain */
const gainCell = (gain) =>
  gain ? html`<td title=${gainInFull(gain)}>${signed("carries", gain.value)}</td>` : html`<td>–</td>`;

/** @param {Interval} gain */
const gainInFull = ({ value, low, high }) =>
  `${signed("carries", value)}, 95% interval ${signed("carries", low)} to ${signed("carries", high)}`;

/** @param {import("../measures/words.js").CellWords | null} words */
function cell(words) {
  if (!words) return html`<td>–</td>`;
  const { text, title, change } = words;
  return html`<td>
    <span title=${title}>${text}</span>
    ${
      change
        ? html`<span class="change" data-verdict=${change.verdict} title=${change.title}>
            ${change.text}
          </span>`
        : null
    }
  </td>`;
}

/**
 * @param {MeasuredRound} measured
 * @param {string} [nothing] what to say where nothing is drawn
 */
function unmeasured({ id, trained, drawn, wanted }, nothing = "Not measured ") {
  if (id === null || !trained) return "–";
  const working = [...state.queue.working, ...state.queue.waiting].find(
    (job) => job.kind === "measure" && job.round_id === id,
  );
  const words = drawn ? `${drawn} of ${wanted} images measured ` : nothing;
  if (working) return working.state === "running" ? `${words}· measuring` : `${words}· queued`;
  /** @param {{ currentTarget: HTMLButtonElement }} event */
  const ask = async ({ currentTarget: button }) => {
    const row = button.closest("tr");
    button.disabled = true;
    if (!(await write("measure", { round: id }))) button.disabled = false;
    await refresh();
    if (document.activeElement === document.body) row?.querySelector("button")?.focus();
  };
  return html`${words}<${Button} onClick=${ask}>${drawn ? "Continue" : "Measure"}<//>`;
}

/**
 * Can it be downloaded: is it trained, or drawn without training?
 * @param {RoundResult} round
 */
const isThere = (round) =>
  round.adapter || (round.candidates > 0 && round.exports.some(({ form }) => form === "references"));
