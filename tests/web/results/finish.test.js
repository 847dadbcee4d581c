import "../browser.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { state } from "../../../assets/ui/app/store.js";
import { set } from "../../../assets/ui/kit/html.js";
import { known, otherThan } from "../../../assets/ui/results/finish.js";
import { measures } from "../samples.js";

/** @param {string} id @returns {import("payloads").RoundResult} */
const result = (id, adapter = true) => ({
  id,
  name: id,
  parent_id: null,
  candidates: 0,
  weight: 1,
  adapter,
  accepted: [],
  recipe: "",
  without_choices: false,
});

test("another round can be taken: the open one, the best, or the next best where that may be chance", () => {
  set(known, [result("zero", false), result("one"), result("two"), result("three")]);
  const other = (/** @type {string} */ id) => otherThan(id)?.id;
  Object.assign(state, { roundId: "zero", measures: measures({ best: "one", rivals: ["two"] }) });
  assert.equal(other("one"), "two");
  assert.equal(other("two"), "one");
  state.roundId = "three";
  assert.equal(other("one"), "three", "it was opened from there");
  Object.assign(state, { roundId: "one", measures: measures({ best: "one" }) });
  assert.equal(other("one"), undefined, "its lead is clear");
});
