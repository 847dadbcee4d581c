/** The buttons that measure rounds on the benchmark. */
import { refresh } from "../../app/session.js";
import { state } from "../../app/store.js";
import { write } from "../../app/writes.js";
import { whilePressed } from "../../kit/dom.js";
import { Button, html } from "../../kit/html.js";
import { openTestSet } from "./test_set.js";

/** @param {{ currentTarget: HTMLButtonElement }} event */
const measureAll = ({ currentTarget: button }) =>
  whilePressed(button, async () => {
    await write("measure_all", { project: state.projectId });
    await refresh();
  });

export const MeasureAll = () => html`<${Button} onClick=${measureAll}>Measure all<//>`;

/** Over the table of rounds. */
export function Buttons() {
  const unmeasured = (state.measures?.rounds ?? []).filter(
    (one) => one.id && one.trained && (!one.report || one.schedules.some(({ report }) => !report)),
  ).length;
  return html`${
    unmeasured > 1
      ? html`<${Button} data-action="measure-all" onClick=${measureAll}>Measure all rounds<//>`
      : null
  }
  <${Button} data-action="test-set" onClick=${openTestSet}>Benchmark…<//>`;
}

/**
 * In the row of a round that has generated so many of its images.
 * @param {{ round: string, drawn: number }} props
 */
export function MeasureButton({ round, drawn }) {
  /** @param {{ currentTarget: HTMLButtonElement }} event */
  const ask = async ({ currentTarget: button }) => {
    const row = button.closest("tr");
    button.disabled = true;
    if (!(await write("measure", { round }))) button.disabled = false;
    await refresh();
    if (document.activeElement === document.body) row?.querySelector("button")?.focus();
  };
  return html`<${Button} onClick=${ask}>${drawn ? "Continue" : "Measure"}<//>`;
}
