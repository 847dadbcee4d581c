import assert from "node:assert/strict";
import { test } from "node:test";
import { lastly } from "../../../assets/ui/results/export_words.js";

/** @type {import("payloads").MadeExport} */
const waiting = { made: false, sentence: "", same: false };
/** @type {import("payloads").QueuedJob} */
const job = {
  id: "j",
  kind: "export",
  round_id: "r",
  round_name: "Round 1",
  project_id: "p",
  project_name: "Cat",
  state: "queued",
  phase: "",
  done: 0,
  total: 0,
  message: "",
  paused_for: "",
  behind: "",
  can_rise: false,
  can_sink: false,
  amount: 0,
  expected_seconds: null,
  title: "Exporting",
  doing: "",
  unit: "",
  background: false,
};

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
