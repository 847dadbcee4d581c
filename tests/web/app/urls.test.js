/** Picture URLs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { state } from "../../../assets/ui/app/store.js";
import { candidate } from "../samples.js";
import { address, pairPicture, picture, thumbnail } from "../../../assets/ui/app/urls.js";

test("an address holds the id and the version of the content, escaped", () => {
  assert.equal(address("thumb", { id: "a/b", version: "1&2" }), "/thumb/a%2Fb?v=1%262");
});

test("a candidate's version is looked up; without one there is no version", () => {
  state.candidates = new Map([["c", candidate({ id: "c", version: "12345678" })]]);
  assert.equal(picture("c"), "/picture/c?v=12345678");
  assert.equal(thumbnail("gone"), "/thumb/gone?v=");
});

test("pictures of a pair, large and small, and one that is not drawn yet", () => {
  const pair = { id: "p", reference: "aa", generated: null };
  assert.equal(pairPicture(pair, "reference"), "/pair/p/reference?v=aa");
  assert.equal(pairPicture(pair, "generated", true), "/pair-thumb/p/generated?v=");
});
