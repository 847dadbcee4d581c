/** The view Curves: the rounds on the benchmark, and the losses of the trainings. */
import { state, isJudged, someReferences, whenever } from "../app/store.js";
import { openProject, openRound } from "../app/session.js";
import { ask } from "../app/apply_poll.js";
import { address, projectFigure, roundFigure } from "../app/urls.js";
import { write } from "../app/writes.js";
import { How } from "../how/how.js";
import { reference } from "../kit/dom.js";
import { Button, html } from "../kit/html.js";
import { canMeasure, partsIn } from "../kit/places.js";
import { figuresIn, Plot, rowsOf } from "../app/plot.js";
import { render, useEffect, useRef, useState } from "../vendor/preact.min.js";
import { canTrainOn, MoreSteps } from "./more_steps.js";
import { inTraining } from "./now.js";
import { Previews } from "./previews.js";

const [LEAST, MOST] = [150, 340]; // pixels of a chart
const LOW = 300; // pixels below which a legend leaves no room for the lines; a pointer shows their names
const BESIDE = 100; // pixels of its title, and for what follows to show that it is there
const SHAPE = 0.45; // height for each pixel of the width, where that is more than `MOST`

/** @type {import("../rounds/views/views.js").Mount} */
export function mountCurves(panel, { isOpen }) {
  const Shown = () => {
    const last = useRef(/** @type {unknown} */ (null)); // what is hidden stays as it was
    if (isOpen() && state.step === "rounds") last.current = html`<${Curves} panel=${panel} />`;
    return last.current;
  };
  render(html`<${Shown} />`, panel);
  whenever(inTraining, (now) => panel.toggleAttribute("data-training", now));
  return {
    rows: () => rowsOf(figuresIn(panel)),
    figure: () => projectFigure("clock-arms"),
  };
}

/** How high a chart is in a place, in pixels. @param {{ clientHeight: number, clientWidth: number }} place */
const heightIn = ({ clientHeight: room, clientWidth }) =>
  Math.max(LEAST, Math.min(Math.max(MOST, Math.round(SHAPE * clientWidth)), room - BESIDE));

/** @param {{ panel: HTMLElement }} props the view, which grows where it is enlarged */
function Curves({ panel }) {
  const [height, fit] = useState(heightIn(panel));
  useEffect(() => {
    const watching = new ResizeObserver(() => panel.hidden || fit(heightIn(panel)));
    watching.observe(panel);
    return () => watching.disconnect();
  }, [panel]);
  if (!state.roundId) return null;
  return html`
    <section class="arms" aria-label="Rounds on the benchmark">${arms(height)}</section>
    <div class="curve-box"><${TrainingCurves} height=${height} /></div>
    ${partsIn("arms")}
    <${Previews} />
    ${partsIn("curves")}
  `;
}

/** The rounds as points; a click on one opens it. @param {number} height */
function arms(height) {
  const { measures, parts, projectId, roundId } = state;
  if (!isJudged())
    return html`<p class="arms-none">
      No chart: likeness cannot be measured without reference images.
    </p>`;
  const isEmpty = !measures?.rounds.some(({ report }) => report);
  if (isEmpty && !canMeasure()) return null;
  if (isEmpty)
    return html`<p class="chart-title"><b>Rounds on the benchmark</b></p>
      <p class="arms-none">
        Each measured round becomes a point here: how well it matches prompts, and how much it${" "}
        resembles the reference.
      </p>`;
  /** @param {unknown} opened project and round */
  const open = (opened) => {
    const [project, round] = /** @type {string[]} */ (opened);
    if (project && project !== projectId) openProject(project, { roundId: round });
    else if (round) openRound(round);
  };
  return html`
    <${Plot}
      source="${projectFigure("clock-arms")}?current=${roundId}"
      version=${[measures, parts.replays?.made, roundId]} pick=${open}
      height=${height} bare=${height < LOW}
      about="Up and to the right is better; copies are at the bottom right."
    />
    <${How} chapter="arms" />
  `;
}

/** The loss of the open round, before those of the other rounds. @param {{ height: number }} props */
function TrainingCurves({ height }) {
  const { round, roundId, rounds, job } = state;
  const losses = round?.losses ?? [];
  if (inTraining() && losses.length < 2) return html`<${TrainsOn} />`;
  const kept = job?.round_id === roundId && job?.state === "running" ? job.kept : null;
  return html`
    <${Plot}
      source=${roundFigure("training")} height=${height} bare=${height < LOW}
      version=${[losses.length, losses.at(-1), round?.validations, rounds.map(({ id, step }) => [id, step])]}
    >
      ${canTrainOn() ? html` <${MoreSteps} />` : null}
    <//>
    ${kept ? html`<${OnlyCopies} step=${kept} />` : null}
  `;
}

/** What is trained on, until there is a loss to show. */
const TrainsOn = () => html`<figure class="trains-on">
  ${someReferences(3).map(({ id, prompt }) => html`<img key=${id} src=${reference(id)} alt=${prompt} />`)}
  ${state.round?.trains_on.map(
    (one) => html`<img key=${one.id} src=${address("thumb", one)} alt=${one.prompt} data-accepted="" />`,
  )}
  <figcaption>What it trains on. The training loss appears here with the first steps.</figcaption>
</figure>`;

/** The offer to go back to the step since which more steps only copied. @param {{ step: number }} props */
function OnlyCopies({ step }) {
  /** @param {{ currentTarget: HTMLButtonElement }} event */
  const keep = async ({ currentTarget: button }) => {
    button.disabled = true;
    if (state.job) await write("keep_step", { job: state.job.id });
    ask("job");
  };
  return html`<p class="only-copies" role="status">
    Since step ${step}, more training has only added copies.
    <${Button} data-action="only-copies" onClick=${keep}>Keep step ${step}<//>
  </p>`;
}
