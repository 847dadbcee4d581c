/** Stale responses: only the response to the latest request is used. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { newest } from "../../../assets/ui/app/newest.js";

test("an answer that comes after a newer request is stale", () => {
  const newRequest = newest();
  const first = newRequest();
  assert.equal(first(), true);
  const second = newRequest();
  assert.deepEqual([first(), second()], [false, true]);
});

test("requests of two callers are independent", () => {
  const [one, other] = [newest(), newest()];
  const mine = one();
  other();
  assert.equal(mine(), true);
});
