/** A replay beside the project: the benchmark images that both have. */
/** @import { SheetPicture, SheetRow } from "payloads" */
import assert from "node:assert/strict";
import { test } from "node:test";
import "../../browser.js";

const { looksOfBoth } = await import("../../../../assets/ui/features/research/replays.js");

/** @param {string} id @returns {SheetPicture} */
const picture = (id) => ({
  id,
  version: "1",
  seed: "7",
  copy: false,
  blank: false,
  clip_t: 0.2,
  clip_i: 0.5,
  asked: true,
});

/**
 * @param {string} prompt
 * @param {SheetRow["pictures"]} pictures
 * @param {SheetRow["part"]} part
 */
const row = (prompt, pictures, part = "held_out") => ({ part, prompt, pictures });

test("the same prompt and seed of both is a look; what one of them lacks is left out", () => {
  const own = [
    row("a drum", { r: { 0: picture("a"), 1: picture("b") } }),
    row("a kite", { r: { 0: picture("c") } }),
    row("a fox", { r: { 0: picture("d") } }, "plain"),
  ];
  const again = [
    row("a drum", { s: { 1: picture("e") } }),
    row("a fox", { s: { 0: picture("f") } }, "plain"),
  ];
  const [look, ...rest] = looksOfBoth(own, again, "r", "s");
  assert.equal(rest.length, 0);
  assert.equal(look.title, "a drum");
  assert.deepEqual(
    look.frames.map(({ name, src }) => [name, src]),
    [
      ["Yours", "test-picture/b?v=1"],
      ["Replay", "test-picture/e?v=1"],
    ],
  );
});

test("where nothing was accepted, the first round stands before both", () => {
  const own = [row("a drum", { r: { 0: picture("a") } })];
  const again = [row("a drum", { f: { 0: picture("b") }, s: { 0: picture("c") } })];
  const [look] = looksOfBoth(own, again, "r", "s", "f");
  assert.deepEqual(
    look.frames.map(({ name, src }) => [name, src]),
    [
      ["Round 1", "test-picture/b?v=1"],
      ["Yours", "test-picture/a?v=1"],
      ["Nothing accepted", "test-picture/c?v=1"],
    ],
  );
});
