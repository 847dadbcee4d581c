/** Drafts of painted masks. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { askStored, draftKept, draftOf, keepDraft } from "../../../assets/ui/app/drafts.js";

/** @param {...number} numbers */
const runs = (...numbers) => ({ width: 2, height: 1, runs: numbers });

test("a draft is discarded once it is saved, and kept if it has changed since", () => {
  keepDraft("part 1", runs(0, 2));
  draftKept("part 1", runs(0, 2));
  assert.equal(draftOf("part 1"), null);
  keepDraft("part 1", runs(255, 2));
  draftKept("part 1", runs(0, 2));
  assert.deepEqual(draftOf("part 1"), runs(255, 2));
});

test("the stored mask is fetched again if a draft was saved meanwhile", async () => {
  keepDraft("part 2", runs(0, 2));
  const answers = ["older", "newer"];
  const got = askStored("part 2", async () => {
    if (answers.length === 2) draftKept("part 2", runs(0, 2));
    return answers.shift();
  });
  assert.equal(await got, "newer");
  assert.equal(await askStored("part 3", async () => "only"), "only");
});
