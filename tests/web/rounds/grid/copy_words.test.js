import assert from "node:assert/strict";
import test from "node:test";
import { cleared, copyWords, marked, detectorNote } from "../../../../assets/ui/rounds/grid/copy_words.js";
import { copyOrNot, isJudged, state } from "../../../../assets/ui/app/store.js";
import { candidate, project, round } from "../../samples.js";

const compared = candidate({ compared: true });
const alone = candidate({ compared: false });

test("a copy says who says so, and of an object what is repeated", () => {
  assert.equal(copyWords(compared), "");
  assert.equal(copyWords({ copy_by: "prompts" }), "a copy: closer to the reference’s prompt than to its own");
  assert.equal(copyWords({ copy_by: "pictures" }), "a copy: shows the reference");
  assert.equal(copyWords({ copy_by: "both" }, "object"), "a copy: same place as the reference");
});

test("what a person says counts, and is taken back to what the detectors say", () => {
  const flagged = candidate({ copy: true, copy_by: "pictures", copy_by_detectors: "pictures" });
  const no = marked(flagged, false);
  assert.deepEqual([no.copy, no.copy_by, no.copy_by_detectors], [false, "", "pictures"]);
  assert.equal(cleared(no), "not a copy, as you marked");
  assert.deepEqual(marked(no, null), flagged);
  const yes = marked(compared, true);
  assert.deepEqual([yes.copy, yes.copy_by], [true, "person"]);
  assert.equal(copyWords(yes), "a copy, as you marked");
  assert.deepEqual([cleared(yes), cleared(compared), cleared(flagged)], ["", "", ""]);
});

test("the page says where the prompts alone decide", () => {
  assert.equal(detectorNote(round(), [compared, compared]), "");
  assert.equal(detectorNote(round(), []), "");
  assert.equal(detectorNote(null, [alone]), "");
  assert.match(detectorNote(round(), [alone]), /^These images were not compared .* the prompts alone decide/);
  assert.match(detectorNote(round(), [alone, compared]), /^1 images? /);
  assert.match(detectorNote(round({ copy_detectors: "prompts" }), [alone]), /set under Advanced/);
  assert.equal(detectorNote(round({ copy_detectors: "none" }), [alone]), "", "the round says it itself");
});

test("without references nobody knows whether an image is a copy, unless a person says so", () => {
  state.project = project({ references: [{ id: "r", prompt: "A cat in ink style" }] });
  assert.deepEqual([isJudged(), copyOrNot({ copy: false })], [true, "not a copy"]);
  state.project = project({ references: [] });
  assert.deepEqual([isJudged(), copyOrNot({ copy: false }), copyOrNot({ copy: true })], [false, "", "copy"]);
  state.project = null;
  assert.equal(isJudged(), true);
});
