/** Picture URLs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { state } from "../../../assets/ui/app/store.js";
import { candidate } from "../samples.js";
import { address, picture, thumbnail } from "../../../assets/ui/app/urls.js";

test("a URL contains the escaped id and version", () => {
  assert.equal(address("thumb", { id: "a/b", version: "1&2" }), "thumb/a%2Fb?v=1%262");
});

test("a candidate's version is looked up; for an unknown candidate it is empty", () => {
  state.candidates = new Map([["c", candidate({ id: "c", version: "12345678" })]]);
  assert.equal(picture("c"), "picture/c?v=12345678");
  assert.equal(thumbnail("gone"), "thumb/gone?v=");
});
