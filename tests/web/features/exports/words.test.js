import "../../browser.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { lastly } from "../../../../assets/ui/features/exports/words.js";
import { queued } from "../../samples.js";

/** @type {import("payloads").MadeExport} */
const waiting = { made: false, sentence: "", same: false };
const job = queued({ kind: "export", title: "Exporting" });

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
