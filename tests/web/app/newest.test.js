/** Late answers: only the one to the newest question counts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { newest } from "../../../assets/ui/app/newest.js";

test("an answer that comes after a newer question is not the newest", () => {
  const question = newest();
  const first = question();
  assert.equal(first(), true);
  const second = question();
  assert.deepEqual([first(), second()], [false, true]);
});

test("questions of two places do not disturb each other", () => {
  const [one, other] = [newest(), newest()];
  const mine = one();
  other();
  assert.equal(mine(), true);
});
