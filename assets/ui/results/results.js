/** Step 3: comparison of the rounds. Missing figures are shown as missing. */
/** @import { RoundResult } from "../app/payloads_calls.d.ts" */
/** @import { ResultsParts } from "../app/parts.d.ts" */
import { state, on } from "../app/store.js";
import { call } from "../app/session.js";
import { newest } from "../app/newest.js";
import { el } from "../kit/dom.js";
import { undecided } from "../kit/format.js";
import { address } from "../app/urls.js";
import { mountSameSeed } from "./same_seed.js";
import { mountExport } from "../app/archives.js";

/** @type {ResultsParts} */
let parts;
const newRequest = newest();

/** @param {ResultsParts} found */
export function mountResults(found) {
  parts = found;
  mountSameSeed(parts["same-seed"]);
  mountExport(parts.export);
  on("step project rounds", load);
  on("forget", () => {
    if (!state.project) clear();
  });
}

/** Clear the screen when another project is opened; pending responses become stale. */
function clear() {
  newRequest();
  parts["results-table"].replaceChildren();
  parts.accepted.replaceChildren();
}

async function load() {
  if (state.step !== "results" || !state.projectId) return;
  const isLatest = newRequest();
  const answer = await call("results", "results", { project: state.projectId });
  if (!answer || !isLatest()) return;
  parts["results-table"].replaceChildren(table(answer.rounds));
  parts.accepted.replaceChildren(...answer.rounds.filter((round) => round.accepted.length).map(shelf));
  if (!parts.accepted.children.length)
    parts.accepted.append(
      el("p", { class: "empty" }, "Accept pictures in step 2; they appear here, round by round."),
    );
}

const HEAD = [
  ["Round", ""],
  ["Pictures", "Pictures drawn"],
  ["Like the reference", "Mean share of pictures that are like the reference, by prompt or by picture"],
  [
    "Undecided",
    "How undecided the model is, as the mean over all test prompts. " +
      "Computed from the entropy of the share that looks like the reference; 100 % is an even mix",
  ],
  ["Accepted", ""],
  ["Weight", "How much each accepted picture counts in later trainings; a reference counts 1"],
  ["LoRA", ""],
];

/** @param {RoundResult[]} rounds */
function table(rounds) {
  return el(
    "table",
    { class: "table results-table" },
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        HEAD.map(([name, title]) => el("th", { scope: "col", title: title || null }, name)),
      ),
    ),
    el(
      "tbody",
      {},
      rounds.map((round) =>
        el(
          "tr",
          {},
          el("th", { scope: "row" }, round.name),
          el("td", {}, String(round.candidates)),
          el(
            "td",
            {},
            figure(round.overfit_rate, (rate) => `${Math.round(100 * rate)} %`),
          ),
          el("td", {}, figure(round.openness, undecided)),
          el("td", {}, String(round.accepted.length)),
          el("td", {}, round.accepted.length ? figure(round.weight, (w) => w.toPrecision(2)) : "–"),
          el(
            "td",
            {},
            round.adapter
              ? el(
                  "a",
                  {
                    class: "button small",
                    href: `/adapter/${round.id}`,
                    download: "",
                    "aria-label": `Download the LoRA of ${round.name.toLowerCase()}`,
                  },
                  "Download",
                )
              : "–",
          ),
        ),
      ),
    ),
  );
}

/**
 * @param {number | null} value
 * @param {(value: number) => string} words
 */
const figure = (value, words) => (value === null ? "–" : words(value));

/** @param {RoundResult} round */
function shelf(round) {
  return el(
    "section",
    { class: "shelf" },
    el("h3", {}, round.name),
    el(
      "div",
      { class: "shelf-pictures" },
      round.accepted.map((item) =>
        el(
          "figure",
          {},
          el("img", { src: address("picture", item), alt: item.prompt, loading: "lazy" }),
          el("figcaption", {}, item.prompt),
        ),
      ),
    ),
  );
}
