/** The figures next to an enlarged picture. */
import "../../browser.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { state } from "../../../../assets/ui/app/store.js";
import { figures as switchOf } from "../../../../assets/ui/kit/figures.js";
import { figures } from "../../../../assets/ui/rounds/lightbox/figures.js";
import { candidate, project, score } from "../../samples.js";

test("a chance or a share is told in percent, any other score with its decimals", () => {
  state.project = project({
    scores: [
      { name: "copy_chance", label: "Copy risk", explanation: "", in_percent: true },
      { name: "likeness", label: "Likeness", explanation: "", in_percent: false },
    ],
  });
  switchOf.value = true;
  const rows = figures(candidate({ scores: { copy_chance: 0.0248, likeness: 0.8477 } }), undefined);
  const told = new Map(rows.map(([name, value]) => [name, value]));
  assert.equal(told.get("Copy risk"), "2%");
  assert.equal(told.get("Likeness"), "0.8477");
});

test("without figures there are counts and settings alone", () => {
  state.project = project({
    references: [{ id: "r", prompt: "A cat in ink style" }],
    scores: [{ name: "likeness", label: "Likeness", explanation: "", in_percent: false }],
  });
  switchOf.value = false;
  const rows = figures(candidate({ scores: { likeness: 0.8477 } }), score({ copies: 2, n: 6 }));
  assert.deepEqual(
    rows.map(([name]) => name),
    ["Seed", "Strength schedule", "Counts as", "Test prompt"],
  );
  assert.equal(rows.at(-1)?.[1], "2 of 6 are copies");
});
