/** Step 3: the pictures first, then the figures of the rounds. Missing figures are shown as missing. */
/** @import { MeasuredRound, RoundResult, SameSeed, SheetRow } from "payloads" */
/** @import { ResultsParts } from "../app/types/parts.d.ts" */
import { download } from "../app/archives.js";
import { newest } from "../app/newest.js";
import { call } from "../app/session.js";
import { loading, ofProject, state, whenever } from "../app/store.js";
import { address, projectFigure } from "../app/urls.js";
import { inSentence } from "../kit/format.js";
import { Button, html, set } from "../kit/html.js";
import { partsIn } from "../kit/places.js";
import { theme } from "../kit/theme.js";
import { render, useRef } from "../vendor/preact.min.js";
import { openViewer, Viewer } from "../viewer/viewer.js";
import { doubtOf } from "./doubt.js";
import { Evidence } from "./evidence.js";
import { finishOpen, known, openFinish } from "./finish.js";
import { looksOf, looksOfRounds } from "./first_looks.js";
import { RoundsTable } from "./rounds_table.js";
import { SameSeeds } from "./same_seed.js";
import { SheetCard } from "./sheet.js";
import { Basis, Verdict } from "./verdict.js";
import { Winners } from "./winners.js";

const rows = ofProject(() => /** @type {SheetRow[]} */ ([]));
const seeds = ofProject(() => /** @type {SameSeed[]} */ ([]));
const [newRounds, newRows] = [newest(), newest()];

/** @param {ResultsParts} parts */
export function mountResults(parts) {
  whenever(() => [state.step, state.project, state.rounds], load);
  whenever(() => [state.step, state.measures], loadSheet);
  whenever(
    () => state.step === "results" && !isReady(),
    (waits) => parts.results.toggleAttribute("data-loading", waits),
  );
  render(html`<${Shown} />`, parts.columns);
}

const isReady = () => !loading() && known.value.length > 0;

/** While another screen is shown, or another round loads, it stays as it was. */
function Shown() {
  const last = useRef(/** @type {unknown} */ (null));
  if (state.step === "results" && isReady()) last.current = html`<${Results} />`;
  return last.current;
}

async function load() {
  if ((state.step !== "results" && !finishOpen()) || !state.projectId) return;
  const isLatest = newRounds();
  const answer = await call("results", "outcomes", { project: state.projectId });
  if (answer && isLatest()) set(known, [...answer.rounds]);
}

async function loadSheet() {
  if (state.step !== "results" || !state.measures) return;
  const isLatest = newRows();
  const answer = await call("results", "test_pictures", { project: state.projectId });
  if (answer && isLatest()) set(rows, [...answer.rows]);
}

function Results() {
  const { measures, projectId } = state;
  const rounds = known.value;
  if (!rounds.length) return null;
  const measured = measures?.rounds ?? [];
  const best = measured.find(({ id }) => id && id === measures?.best);
  const drawn = rounds.find(({ id }) => id === best?.id) ?? rounds.findLast((one) => one.adapter);
  const columns = [...(measures?.words.sheet ?? [])];
  const benchmark = looksOf(rows.value, columns);
  const looks = benchmark.length ? benchmark : looksOfRounds(seeds.value);
  const isJudged = state.project?.judges === true;
  const accepted = rounds.filter((round) => round.accepted.length);
  return html`
    ${
      looks.length
        ? html`<section class="card wide look" aria-label="Before and after" key=${projectId}>
            <div class="look-head"><h2>Before and after</h2><${Taken} best=${best} drawn=${drawn} /></div>
            <${Viewer} looks=${looks} best=${columns.find((one) => one.best)?.name} />
          </section>`
        : null
    }
    <section class="card wide results-verdict" aria-label="Verdict">
      <${Verdict} recipe=${drawn?.recipe ?? ""} round=${drawn?.id} />
      <${Winners} rows=${rows.value} columns=${columns} />
    </section>
    <section class="card wide" aria-label=${isJudged ? "LoRAs" : "Rounds"}>
      <div class="card-head"><h2>${isJudged ? "LoRAs" : "Rounds"}</h2><${Buttons} /></div>
      <div>
        <${Evidence} rows=${rows.value} columns=${columns} />
        <${Basis} />
      </div>
      <div class="table-scroll"><${RoundsTable} rounds=${rounds} measures=${measures} /></div>
      ${partsIn("compared")}
    </section>
    <${SheetCard} rows=${rows.value} />
    <section class="card wide" aria-label="Round by round">
      <div class="card-head">
        <h2>Test prompts, ${isJudged ? "LoRA by LoRA" : "round by round"}</h2>
        <span>Same prompt and seed</span>
      </div>
      <div><${SameSeeds} key=${projectId} rounds=${seeds} /></div>
    </section>
    <section class="card wide" aria-label="Accepted images" hidden=${isJudged && !accepted.length}>
      <div class="card-head"><h2>Accepted images</h2><span>What the next round trains on</span></div>
      <div>
        ${accepted.map((round) => html`<${Shelf} key=${round.id} round=${round} />`)}
        <p class="empty" hidden=${accepted.length > 0}>None is accepted yet.</p>
      </div>
    </section>
  `;
}

/**
 * Which round to take: the best one, or how to find it.
 * @param {{ best: MeasuredRound | undefined, drawn: RoundResult | undefined }} props
 */
function Taken({ best, drawn }) {
  const trained = (state.measures?.rounds ?? []).filter((one) => one.id && one.trained);
  const done = trained.filter(({ report }) => report).length;
  if (!drawn || !trained.length) return null;
  const measure = trained.length > 1 && done < trained.length ? partsIn("best") : [];
  const label = best && state.measures?.words.rounds[best.id ?? ""]?.label;
  const counted = doubtOf(best?.id) ? "by the counts" : "measured";
  const why = state.measures?.by_eye ? "Your choice" : `Best of ${done} ${counted}`;
  const words =
    best && done > 1
      ? html`<span>★ ${why}: <b>${label ?? best.name}</b></span>`
      : measure.length > 0 && html`<span>Which one is best? All must be measured to know.</span>${measure}`;
  return html`${words || null}
    <${Button} onClick=${() => openFinish(drawn)}>Finish: take ${inSentence(drawn.name)}…<//>`;
}

function Buttons() {
  const isMeasured = state.measures?.rounds.some(({ report }) => report);
  /** @type {[file: string, name: string, hint: string, address: () => string, what: string][]} */
  const files = [
    [
      "figure",
      "Export figure (HTML)",
      "The results as a figure, in one HTML file",
      () => `${projectFigure("gains")}?theme=${theme()}`,
      "the results, in one file that works offline",
    ],
    [
      "export",
      "Export project",
      "Images, decisions, settings and LoRAs as one zip file",
      () => `project/${encodeURIComponent(state.projectId ?? "")}/archive`,
      "the whole project, with its images, decisions and LoRAs",
    ],
  ];
  return html`<span class="head-buttons">
    ${partsIn("results")}
    ${files.slice(isMeasured ? 0 : 1).map(
      ([action, name, hint, from, what]) => html`<${Button}
        key=${action} data-action=${action} title=${hint}
        onClick=${(/** @type {{ currentTarget: HTMLButtonElement }} */ { currentTarget }) =>
          download(currentTarget, from(), what)}
      >${name}<//>`,
    )}
  </span>`;
}

/** @param {{ round: RoundResult }} props */
function Shelf({ round }) {
  const looks = round.accepted.map((item) => ({
    title: item.prompt,
    frames: [{ name: round.name, src: address("picture", item), words: "accepted" }],
  }));
  return html`<section class="shelf">
    <h3>${round.name}</h3>
    <div class="shelf-pictures">
      ${round.accepted.map(
        (item, at) => html`<figure key=${item.id}>
          <button
            type="button" class="enlarge" aria-label="Enlarge ${item.prompt}"
            onClick=${() => openViewer({ looks, at, what: "Image" })}
          ><img src=${address("picture", item)} alt="" loading="lazy" /></button>
          <figcaption translate=${false}>${item.prompt}</figcaption>
        </figure>`,
      )}
    </div>
  </section>`;
}
