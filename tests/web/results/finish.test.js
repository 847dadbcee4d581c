import "../browser.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { state } from "../../../assets/ui/app/store.js";
import { lastly } from "../../../assets/ui/features/exports/words.js";
import { otherThan, showExports } from "../../../assets/ui/results/finish.js";
import { measures, queued } from "../samples.js";

/** @type {import("payloads").MadeExport} */
const waiting = { made: false, sentence: "", same: false };
const job = queued({ kind: "export", title: "Exporting", unit: "" });

test("a form is not requested, waits, is made and was checked", () => {
  assert.deepEqual(lastly(null, job), { kind: "none", text: "" });
  assert.deepEqual(lastly(waiting, job), { kind: "working", text: "Waits for its turn" });
  const running = { ...job, state: /** @type {const} */ ("running"), doing: "Writing the file" };
  assert.deepEqual(lastly(waiting, running), { kind: "working", text: "Writing the file…" });
  const made = { ...waiting, made: true, same: true, sentence: "Checked." };
  assert.deepEqual(lastly(made, undefined), { kind: "made", text: "Checked." });
  assert.equal(lastly({ ...made, same: false }, undefined).kind, "differs");
});

test("a job that ended without a file can be prepared again", () => {
  assert.equal(lastly(waiting, undefined).kind, "failed");
});

/** @param {string} id @returns {import("payloads").RoundResult} */
const result = (id, adapter = true) => ({
  id,
  name: id,
  parent_id: null,
  candidates: 0,
  weight: 1,
  adapter,
  exports: [],
  accepted: [],
  recipe: "",
  without_choices: false,
});

test("another round can be taken: the open one, the best, or the next best where that may be chance", () => {
  showExports([result("zero", false), result("one"), result("two"), result("three")]);
  const other = (/** @type {string} */ id) => otherThan(id)?.id;
  Object.assign(state, { roundId: "zero", measures: measures({ best: "one", rivals: ["two"] }) });
  assert.equal(other("one"), "two");
  assert.equal(other("two"), "one");
  state.roundId = "three";
  assert.equal(other("one"), "three", "it was opened from there");
  Object.assign(state, { roundId: "one", measures: measures({ best: "one" }) });
  assert.equal(other("one"), undefined, "its lead is clear");
});
