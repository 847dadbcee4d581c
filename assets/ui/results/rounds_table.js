/** The table of rounds: figures on the benchmark with the change since the round before, and the LoRAs. */
/** @import { FigureRow, MeasuredRound, Measures, RoundResult } from "payloads" */
import { state, workHere } from "../app/store.js";
import { inSentence } from "../kit/format.js";
import { figures } from "../kit/figures.js";
import { Button, html } from "../kit/html.js";
import { partsIn } from "../kit/places.js";
import { PopoverButton } from "../kit/popovers.js";
import { openFinish } from "./finish.js";

const FULL = "full strength";
const WEIGHT = {
  name: "Weight",
  title: "How much each accepted image of this round counts in training. A reference counts 1.",
};
const ACCEPTED = {
  name: "Accepted",
  title: "How many images of this round were accepted. The next round trains on them.",
};
const LORA = { name: "LoRA", title: "" };

/** What stands behind the figures: where LoRAs are judged, nothing was accepted. */
const ownColumns = () =>
  state.project?.judges ? [LORA] : figures.value ? [ACCEPTED, WEIGHT, LORA] : [ACCEPTED, LORA];

/** A heading that explains itself when it is pressed. @param {{ name: string, title: string }} column */
const heading = ({ name, title: words }) => html`<th scope="col" key=${name}>
  ${
    words
      ? html`<${PopoverButton}
          class="explained" title=${words} label=${name} panelClass="explained-words" panelLabel=${name}
        >${words}<//>`
      : name
  }
</th>`;

/** @param {{ rounds: RoundResult[], measures: Measures | null }} props */
export function RoundsTable({ rounds, measures }) {
  const { words } = measures ?? {};
  const measured = (figures.value ? words?.columns : words?.counted) ?? [];
  const own = ownColumns();
  const base = words?.rounds[""];
  return html`<table class="table results-table">
    <thead>
      <tr>${[{ name: "Name", title: "" }, ...measured, ...own].map(heading)}</tr>
    </thead>
    <tbody>
      ${
        base
          ? html`<tr class="base-row" key="base">
              <th scope="row" title="The model without any training">${base.label}</th>
              ${cells(base.row)}${own.map(() => html`<td>–</td>`)}
            </tr>`
          : null
      }
      ${rounds.flatMap((round) => rowsOf(round, measures, measured.length))}
    </tbody>
  </table>`;
}

/**
 * The row of a round at full strength, and those by the strength schedules that it was measured by, and by
 * its best one while it was not.
 * @param {RoundResult} round
 * @param {Measures | null} measures
 * @param {number} width how many columns are measured
 */
function rowsOf(round, measures, width) {
  const one = measures?.rounds.find(({ id }) => id === round.id);
  const said = measures?.words.rounds[round.id];
  const best = measures?.best === round.id ? one?.gain_setting : null;
  const number = round.accepted.length;
  /** @param {unknown} words */
  const lacking = (words) => width > 0 && html`<td colspan=${width} class="unmeasured">${words}</td>`;
  return [
    html`<tr key=${round.id} data-best=${best === FULL ? "yes" : "no"}>
      <th scope="row" title=${one?.schedules.length ? "At full LoRA strength" : null}>${round.name}</th>
      ${said ? cells(said.row) : lacking(one ? unmeasured(one) : "–")}
      ${ownColumns().length > 1 && html`<td>${number}</td>`}
      ${ownColumns().length > 2 && html`<td>${number ? Number(round.weight.toPrecision(2)) : "–"}</td>`}
      <td>${
        round.adapter
          ? html`<${Button}
              onClick=${() => openFinish(round)}
              aria-label="Download the LoRA of ${inSentence(round.name)}"
            >Download…<//>`
          : "–"
      }</td>
    </tr>`,
    ...(one && said ? one.schedules : []).map((by, at) => {
      const row = said?.schedules[at];
      return html`<tr
        key="${round.id} ${by.words}" class="schedule-row" data-best=${best === by.words ? "yes" : "no"}
      >
        <th scope="row" title="The same prompts and seeds by this strength schedule">
          ${round.name}, ${by.words}
        </th>
        ${
          row
            ? cells(row)
            : lacking(one && unmeasured({ ...one, ...by }, "Its best strength schedule: not measured yet "))
        }
        <td colspan=${ownColumns().length} />
      </tr>`;
    }),
  ];
}

/** @param {FigureRow} row */
const cells = (row) =>
  row[figures.value ? "cells" : "counts"].map((cell) => {
    if (!cell) return html`<td>–</td>`;
    const { text, title, change } = cell;
    return html`<td>
      <span title=${title}>${text}</span>
      ${
        change &&
        html`<span class="change" data-verdict=${change.verdict} title=${change.title}>${change.text}</span>`
      }
    </td>`;
  });

/**
 * @param {Pick<MeasuredRound, "id" | "trained" | "drawn" | "wanted">} measured
 * @param {string} [nothing] what to say where nothing is drawn
 */
function unmeasured({ id, trained, drawn, wanted }, nothing = "Not measured ") {
  const measure = partsIn("unmeasured", { round: id, drawn });
  if (id === null || !trained || !measure.length) return "–";
  const working = workHere(["measure"], id);
  const words = drawn ? `${drawn} of ${wanted} images measured ` : nothing;
  if (working) return working.state === "running" ? `${words}· measuring` : `${words}· queued`;
  return html`${words}${measure}`;
}
