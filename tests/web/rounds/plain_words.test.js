/** What a row of images shows, in words that need no paper. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { briefly, plainly, repeatedThing, whyWeaker } from "../../../assets/ui/rounds/plain_words.js";

/** @type {Parameters<typeof repeatedThing>[0]} */
const STYLE = {
  kind: "style",
  references: [{ id: "1", prompt: "A cat in watercolor painting style" }],
  stands_for: "in watercolor painting style",
};
/** @type {Parameters<typeof repeatedThing>[0]} */
const OBJECT = {
  kind: "object",
  references: [
    { id: "1", prompt: "a <dotty> teapot on a table" },
    { id: "2", prompt: "a <dotty> teapot" },
  ],
  stands_for: "a <dotty> teapot",
};

test("a style's copy is named by what its reference shows", () => {
  assert.equal(repeatedThing(STYLE), "your cat");
  const two = [...STYLE.references, { id: "2", prompt: "A bear in watercolor painting style" }];
  assert.equal(repeatedThing({ ...STYLE, references: two }), "your references");
  const other = [{ id: "1", prompt: "watercolor, cat" }];
  assert.equal(repeatedThing({ ...STYLE, references: other }), "your reference");
  assert.equal(repeatedThing(OBJECT), "the place in your references");
});

test("a prompt gives some of each, or one alone", () => {
  const some = { head: "A pencil", copies: 3, n: 10 };
  assert.equal(plainly(some, STYLE), "Sometimes a pencil, sometimes your cat");
  assert.equal(briefly(some, STYLE), "sometimes your cat");
  assert.equal(
    plainly({ ...some, head: "Candy" }, STYLE),
    "Sometimes what you asked for, sometimes your cat",
  );
  assert.equal(plainly({ ...some, copies: 10 }, STYLE), "Always your cat");
  assert.equal(plainly({ ...some, copies: 0 }, STYLE), "Never your cat");
  assert.equal(plainly(some, OBJECT), "Sometimes a new place, sometimes the place in your references");
});

test("a single image, or no project yet, tells nothing", () => {
  assert.equal(plainly({ head: "A pencil", copies: 1, n: 1 }, STYLE), "");
  assert.equal(plainly({ head: "A pencil", copies: 1, n: 2 }, null), "");
});

test("why no stronger images are suggested is said where they repeat the reference", () => {
  const one = (/** @type {string} */ id, /** @type {number} */ strength, copy = false, own = false) => ({
    ...{ id, anchor_id: "moon", strength, copy, own },
  });
  const images = [one("weak", 0.4), one("a", 0.7, true), one("b", 1, true), one("c", 0.85)];
  assert.equal(
    whyWeaker(["weak"], images, STYLE),
    "Suggestions come from lower LoRA strengths: at higher ones these prompts mostly show your cat.",
  );
  assert.equal(whyWeaker(["a"], images, STYLE), "", "of two stronger ones, one is a copy");
  assert.equal(whyWeaker(["b"], images, STYLE), "", "there is no stronger one");
  assert.equal(whyWeaker(["c"], [one("c", 0.85), one("d", 1, true, true)], STYLE), "", "a person's own");
});
