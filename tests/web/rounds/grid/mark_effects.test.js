/** What is said of the other pictures when one is marked. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { changedBy, effectWords, wouldChange } from "../../../../assets/ui/rounds/grid/mark_effects.js";
import { candidate, score } from "../../samples.js";

/**
 * @param {Record<string, boolean>} copies
 * @param {string[]} heads
 */
const shown = (copies, heads) => ({
  candidates: new Map(Object.entries(copies).map(([id, copy]) => [id, candidate({ id, copy })])),
  suggested: new Map(heads.map((head) => [head, score({ head })])),
});

test("other pictures and the suggestion, but not what was marked", () => {
  const changed = changedBy(
    shown({ a: false, b: false, c: true, d: true }, ["Beach scene", "Shoe"]),
    shown({ a: true, b: true, c: false, d: true }, ["Candy", "Shoe"]),
    new Set(["a"]),
  );
  assert.deepEqual(changed, { copies: ["b"], cleared: ["c"], gone: ["Beach scene"], come: ["Candy"] });
  assert.equal(
    effectWords(changed),
    "1 other now counts as a copy. 1 other no longer counts as a copy. Candy replaces Beach scene.",
  );
});

test("nine others, and a suggestion that only grows or shrinks", () => {
  const nine = Array.from({ length: 9 }, (_, i) => String(i));
  const none = { copies: [], cleared: [], gone: [], come: [] };
  assert.equal(effectWords({ ...none, copies: nine }), "9 others now count as copies.");
  assert.equal(effectWords({ ...none, come: ["Candy", "Tie"] }), "Candy and Tie are suggested now.");
  assert.equal(effectWords({ ...none, gone: ["Candy"] }), "Candy is no longer suggested.");
  assert.equal(effectWords(none), "");
});

test("what marks would change before they count", () => {
  const none = { marks: 1, copies: [], cleared: [], elsewhere: 0 };
  assert.equal(wouldChange(none), "");
  assert.equal(
    wouldChange({ marks: 3, copies: ["a", "b"], cleared: ["c"], elsewhere: 5 }),
    "With your 3 marks applied to all images, 2 more would become copies, " +
      "1 would no longer be one and 5 images of other rounds would change.",
  );
  assert.equal(
    wouldChange({ ...none, copies: ["a"] }),
    "With your 1 mark applied to all images, 1 more would become a copy.",
  );
});
