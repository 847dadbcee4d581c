import assert from "node:assert/strict";
import { test } from "node:test";
import { dueNow } from "../../../assets/ui/app/lost_pictures.js";

test("a lost picture is asked for at once, then after growing pauses of at most a minute", () => {
  const lost = new Map([["cat", { tries: 0, due: 0 }]]);
  const pauses = [];
  let now = 0;
  for (let attempt = 0; attempt < 8; attempt += 1) {
    assert.deepEqual(
      dueNow(lost, now, () => true),
      ["cat"],
    );
    assert.deepEqual(
      dueNow(lost, now, () => true),
      [],
      "not twice",
    );
    const due = lost.get("cat")?.due ?? 0;
    pauses.push(due - now);
    now = due;
  }
  assert.deepEqual(pauses, [2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000]);
});

test("a picture that is not in the page waits without losing its turn", () => {
  const lost = new Map([["cat", { tries: 0, due: 0 }]]);
  assert.deepEqual(
    dueNow(lost, 5, () => false),
    [],
  );
  assert.deepEqual(
    dueNow(lost, 5, () => true),
    ["cat"],
  );
});
