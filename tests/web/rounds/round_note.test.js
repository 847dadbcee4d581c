/** The line under a round's name in the strip. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { roundNote } from "../../../assets/ui/rounds/round_note.js";

const round = { id: "r", wanted: 3, kind: "fine_tune" };
const note = (more) =>
  roundNote(round, { step: "wait", accepted: 0, current: true, rounds: [], queue: { working: [] }, ...more });

test("what waits is told from what runs", () => {
  assert.equal(note(), "waiting");
  assert.equal(note({ queue: { working: [{ round_id: "other" }] } }), "waiting");
  assert.equal(note({ queue: { working: [{ round_id: "r" }] } }), "running");
});

test("while pictures are chosen it says how many of those wanted", () => {
  assert.equal(note({ step: "accept", accepted: 1 }), "choosing · 1 of 3");
  assert.equal(note({ step: "next_round", accepted: 5 }), "choosing · 5 accepted");
});

test("a round that another one continues says what was accepted; a refinement does not end the choosing", () => {
  assert.equal(
    note({ step: "accept", accepted: 2, rounds: [{ parent_id: "r", kind: "fine_tune" }] }),
    "2 accepted",
  );
  assert.equal(
    note({ step: "accept", accepted: 2, rounds: [{ parent_id: "r", kind: "refine" }] }),
    "choosing · 2 of 3",
  );
});

test("before that it says which step comes", () => {
  assert.equal(note({ step: "fine_tune" }), "not trained yet");
  assert.equal(note({ step: "generate" }), "trained");
});
