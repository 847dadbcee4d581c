import assert from "node:assert/strict";
import test from "node:test";
import { likeWords, witnessNote } from "../../../../assets/ui/rounds/grid/witnesses.js";
import { candidate, round } from "../../samples.js";

const compared = candidate({ compared: true });
const alone = candidate({ compared: false });

test("a picture that is like the reference says who says so", () => {
  assert.equal(likeWords(compared), "");
  assert.equal(likeWords({ copy_by: "prompts", compared: true }), "looks like the reference, by prompt");
  assert.equal(likeWords({ copy_by: "pictures", compared: true }), "shows the reference");
  assert.equal(likeWords({ copy_by: "both", compared: true }), "shows the reference, and by prompt");
});

test("of a picture that was not compared, the prompts speak without being named", () => {
  assert.equal(likeWords({ copy_by: "prompts", compared: false }), "looks like the reference");
});

test("the page says where the prompts alone decide", () => {
  assert.equal(witnessNote(round(), [compared, compared]), "");
  assert.equal(witnessNote(round(), []), "");
  assert.equal(witnessNote(null, [alone]), "");
  assert.match(
    witnessNote(round(), [alone]),
    /^These pictures were drawn without .* the prompts alone decide/,
  );
  assert.match(witnessNote(round(), [alone, compared]), /^1 pictures? /);
  assert.match(witnessNote(round({ witnesses: "prompts" }), [alone]), /set under Advanced/);
});
