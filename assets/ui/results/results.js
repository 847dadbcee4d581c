/** Step 3: comparison of the rounds. Missing figures are shown as missing. */
/** @import { RoundResult } from "payloads" */
/** @import { ResultsParts } from "../app/types/parts.d.ts" */
import { state, on, loading } from "../app/store.js";
import { call, refresh } from "../app/session.js";
import { newest } from "../app/newest.js";
import { write } from "../app/writes.js";
import { el, makeButton, reference, repeats, replaceKept } from "../kit/dom.js";
import { address, projectFigure } from "../app/urls.js";
import { mountFirstLook } from "./first_look.js";
import { mountSameSeed } from "./same_seed.js";
import { mountSheet } from "./sheet.js";
import { mountTestSet } from "./test_set.js";
import { exportsOpen, showExports } from "./exports.js";
import { roundsTable } from "./rounds_table.js";
import { showVerdict } from "./verdict.js";
import { openViewer } from "./viewer.js";
import { download, mountExport } from "../app/archives.js";
import { theme } from "../kit/theme.js";

/** @type {ResultsParts} */
let parts;
/** @type {RoundResult[]} */
let rounds = [];
const newRequest = newest();

/** @param {ResultsParts} found */
export function mountResults(found) {
  parts = found;
  const look = mountFirstLook(parts.look);
  mountSheet(parts.sheet, look.benchmark);
  mountSameSeed(parts["same-seed"], look.testPrompt);
  mountExport(parts.export);
  parts.figure.addEventListener("click", () =>
    download(
      parts.figure,
      `${projectFigure("gains")}?theme=${theme()}`,
      "the results of each round, in one file that works offline",
    ),
  );
  mountTestSet(parts["test-set"]);
  parts["measure-all"].addEventListener("click", measureAll);
  on("step project rounds", load);
  on("step round measures queue forget", show);
  on("queue", () => {
    if (exportsOpen()) load();
  });
  on("forget", () => {
    if (!state.project) clear();
  });
}

/** Clear the screen when another project is opened; pending responses become stale. */
function clear() {
  newRequest();
  rounds = [];
  showExports(rounds);
  for (const box of [parts["results-table"], parts.accepted, parts.verdict]) {
    box.replaceChildren();
    delete box.dataset.signature;
  }
}

async function load() {
  if ((state.step !== "results" && !exportsOpen()) || !state.projectId) return;
  const isLatest = newRequest();
  const answer = await call("results", "results", { project: state.projectId });
  if (!answer || !isLatest()) return;
  rounds = answer.rounds;
  show();
  if (repeats(parts.accepted, rounds)) return;
  parts.accepted.replaceChildren(...rounds.filter((round) => round.accepted.length).map(shelf));
  if (!parts.accepted.children.length)
    parts.accepted.append(
      el("p", { class: "empty" }, "Accept images in step 2; they appear here, round by round."),
    );
}

function show() {
  showExports(rounds);
  if (state.step !== "results") return;
  parts.results.toggleAttribute("data-loading", loading() || !rounds.length);
  if (loading() || !rounds.length) return;
  const { measures, queue } = state;
  const drawn = rounds.find(({ id }) => id === measures?.best) ?? rounds.findLast(({ adapter }) => adapter);
  showVerdict(parts.verdict, measures, drawn?.recipe ?? "");
  parts.figure.hidden = !(parts.figure.closest(".has-figures") && measures?.rounds.some((r) => r.report));
  parts["measure-all"].hidden =
    (measures?.rounds ?? []).filter((r) => r.id && r.trained && !r.report).length < 2;
  const working = [...queue.working, ...queue.waiting].map((job) => [job.kind, job.round_id, job.state]);
  if (!repeats(parts["results-table"], [rounds, measures, working]))
    replaceKept(parts["results-table"], [roundsTable(rounds, measures)]);
}

async function measureAll() {
  parts["measure-all"].disabled = true;
  await write("measure_all", { project: state.projectId });
  parts["measure-all"].disabled = false;
  await refresh();
}

/** @param {RoundResult} round */
function shelf(round) {
  const enlarge = (/** @type {number} */ at) =>
    openViewer({
      row: (by) => {
        const item = round.accepted[(at + by + round.accepted.length) % round.accepted.length];
        at = round.accepted.indexOf(item);
        const frame = { name: round.name, src: address("picture", item), words: "accepted" };
        return { title: item.prompt, frames: [frame], at: 0 };
      },
      references: (state.project?.references ?? []).map(({ id, prompt }) => ({ src: reference(id), prompt })),
    });
  return el(
    "section",
    { class: "shelf" },
    el("h3", {}, round.name),
    el(
      "div",
      { class: "shelf-pictures" },
      round.accepted.map((item, at) =>
        el(
          "figure",
          {},
          makeButton(
            { class: "enlarge", "aria-label": `Enlarge ${item.prompt}` },
            () => enlarge(at),
            el("img", { src: address("picture", item), alt: "", loading: "lazy" }),
          ),
          el("figcaption", { translate: "no" }, item.prompt),
        ),
      ),
    ),
  );
}
