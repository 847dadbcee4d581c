/** What the rounds of a line gained and lost. */
import assert from "node:assert/strict";
import { test } from "node:test";
/** @import { Figures } from "payloads" */
import { progressOf, progressWords } from "../../../assets/ui/measures/progress.js";
import { change, measuredRound, report } from "../samples.js";

/** @param {number} value */
const figure = (value) => change({ value, low: value - 0.1, high: value + 0.1 });

/**
 * @param {string} id
 * @param {string | null} parent
 * @param {[copies: number, asked: number, carries: number]} values
 * @param {Figures["since_first"]} [since]
 */
const round = (id, parent, [copies, asked, carries], since = {}) =>
  measuredRound({
    id,
    name: id,
    parent_id: parent,
    report: report({
      figures: { copies: figure(copies), as_asked: figure(asked), carries: figure(carries) },
    }),
    since_first: since,
  });

const rounds = [
  measuredRound({ id: null, name: "Base model" }),
  round("Round 1", null, [0.6, 0.3, 0.7]),
  round("Round 2", "Round 1", [0.4, 0.5, 0.65]),
  round("Branch", "Round 1", [0.1, 0.1, 0.1]),
  round("Round 3", "Round 2", [0.1, 0.4, 0.4], {
    copies: change({ value: -0.5, verdict: "better" }),
    as_asked: change({ value: 0.1, verdict: "unclear" }),
    carries: change({ value: -0.3, verdict: "worse" }),
  }),
];

test("the newest line is told from its first round on, by the figures of the table", () => {
  const found = progressOf(rounds);
  assert.deepEqual(
    found?.rounds.map(({ name }) => name),
    ["Round 1", "Round 2", "Round 3"],
  );
  const values = found?.curves.map(({ name, values: all }) => [
    name,
    ...all.map((one) => Math.round(100 * (one?.value ?? 0))),
  ]);
  assert.deepEqual(values, [
    ["copies", 60, 40, 10],
    ["prompt match", 30, 50, 40],
    ["style match", 70, 65, 40],
  ]);
  assert.ok(found?.curves.every(({ values: all }) => all.every((one) => one && one.low < one.high)));
});

test("the sentence calls a change one where the paired difference is clear", () => {
  const found = progressOf(rounds);
  assert.equal(
    found && progressWords(found),
    "From Round 1 to Round 3: copies fell from 60% to 10%; prompt match did not clearly change (30%, 40%); " +
      "style match fell from 70% to 40%, as expected with fewer copies.",
  );
});

test("one round is no line, and what was not measured has no curve", () => {
  assert.equal(progressOf(rounds.slice(0, 2)), null);
  const { copies, as_asked } = report().figures;
  const older = measuredRound({ id: "a", report: report({ figures: { copies, as_asked } }) });
  const newer = measuredRound({
    id: "b",
    parent_id: "a",
    report: report({ figures: { copies, as_asked } }),
  });
  assert.deepEqual(
    progressOf([older, newer])?.curves.map(({ name }) => name),
    ["copies", "prompt match"],
  );
});

test("a round that is not measured is left out of its line", () => {
  const gap = measuredRound({ id: "gap", parent_id: "Round 1", report: null });
  const last = round("Last", "gap", [0.9, 0.9, 0.9]);
  assert.deepEqual(
    progressOf([rounds[1], gap, last])?.rounds.map(({ name }) => name),
    ["Round 1", "Last"],
  );
});

test("an object is matched, and not a style", () => {
  assert.equal(progressOf(rounds, "object")?.curves[2].name, "object match");
});
