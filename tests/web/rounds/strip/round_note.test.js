/** The line under a round's name in the strip. */
/** @import { Queue, RoundSummary } from "payloads" */
import assert from "node:assert/strict";
import { test } from "node:test";
import { chip, queue, queued } from "../../samples.js";
import { roundNote } from "../../../../assets/ui/rounds/strip/round_note.js";

/** @param {{ step?: string, accepted?: number, rounds?: RoundSummary[], queue?: Queue }} [more] */
const note = (more) =>
  roundNote(chip(), { step: "wait", accepted: 0, current: true, rounds: [], queue: queue(), ...more });

test("waiting and running are distinguished", () => {
  assert.equal(note(), "waiting");
  assert.equal(note({ queue: queue({ working: [queued({ round_id: "other" })] }) }), "waiting");
  assert.equal(note({ queue: queue({ working: [queued({ round_id: "r" })] }) }), "running");
});

test("during selection it shows how many images are accepted", () => {
  assert.equal(note({ step: "accept", accepted: 1 }), "1 of 3 accepted");
  assert.equal(note({ step: "next_round", accepted: 3 }), "3 accepted", "not of how many are left");
  assert.equal(note({ step: "next_round", accepted: 5 }), "5 accepted");
});

test("a continued round shows what was accepted; a refinement does not end the selection", () => {
  assert.equal(note({ step: "accept", accepted: 2, rounds: [chip({ parent_id: "r" })] }), "2 accepted");
  assert.equal(
    note({ step: "accept", accepted: 2, rounds: [chip({ parent_id: "r", refines: true })] }),
    "2 of 3 accepted",
  );
});

test("a training that was halted says how far it came", () => {
  const job = queued({ round_id: "r", kind: "fine_tune", state: "paused", done: 40, total: 200 });
  assert.equal(note({ step: "fine_tune", queue: queue({ halted: [job] }) }), "paused at 40 of 200");
  const failed = queue({ halted: [{ ...job, state: "error" }] });
  assert.equal(note({ step: "fine_tune", queue: failed }), "failed at 40 of 200");
  const other = queue({ halted: [{ ...job, round_id: "other" }] });
  assert.equal(note({ step: "fine_tune", queue: other }), "not trained yet");
  const unbegun = queue({ halted: [{ ...job, done: 0 }] });
  assert.equal(note({ step: "fine_tune", queue: unbegun }), "not trained yet");
});

test("before that it shows the next step", () => {
  assert.equal(note({ step: "fine_tune" }), "not trained yet");
  assert.equal(note({ step: "generate" }), "trained");
  const begun = { step: "generate", accepted: 0, current: true, rounds: [], queue: queue() };
  assert.equal(roundNote(chip({ candidates: 150 }), begun), "150 images so far");
  assert.equal(note({ step: "next_round" }), "nothing accepted yet");
});
