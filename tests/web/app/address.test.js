/** Places and their addresses. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf, placeIn, stepBetween } from "../../../assets/ui/app/address.js";

/** @import { Place } from "../../../assets/ui/app/address.js" */

/** @type {Place} */
const GRID = { project: "p", round: "r", step: "rounds", view: "map", overlay: null };
const picture = { name: "picture", value: "c1" };

test("an address leads back to the place that it was made of", () => {
  /** @type {Place[]} */
  const places = [
    GRID,
    { ...GRID, step: "results" },
    { ...GRID, view: "choices", overlay: picture },
    { ...GRID, overlay: { name: "keys", value: "" } },
    { project: null, round: null, step: "reference", view: "map", overlay: null },
  ];
  for (const place of places) {
    const href = addressOf("http://studio/?theme=dark&round=old&dialog=log", place);
    assert.deepEqual(placeIn(new URL(href).search), place);
    assert.equal(new URL(href).searchParams.get("theme"), "dark");
  }
});

test("an address without a project is that of the first screen", () => {
  assert.equal(placeIn("?round=r&step=results").step, "reference");
  assert.equal(placeIn("?round=r&step=results").round, null);
});

test("what a person goes to is added; what follows by itself replaces; leaving a dialog is closing", () => {
  assert.equal(stepBetween(GRID, GRID), "same");
  assert.equal(stepBetween(GRID, { ...GRID, step: "results" }), "push");
  assert.equal(stepBetween(GRID, { ...GRID, view: "curves" }), "push");
  assert.equal(stepBetween(GRID, { ...GRID, round: "r2" }), "push");
  assert.equal(stepBetween({ ...GRID, round: null }, GRID), "replace");
  assert.equal(stepBetween(GRID, { ...GRID, overlay: picture }), "push");
  const next = { name: "picture", value: "c2" };
  assert.equal(stepBetween({ ...GRID, overlay: picture }, { ...GRID, overlay: next }), "replace");
  assert.equal(stepBetween({ ...GRID, overlay: picture }, GRID), "close");
  assert.equal(stepBetween({ ...GRID, overlay: picture }, { ...GRID, step: "results" }), "push");
});
