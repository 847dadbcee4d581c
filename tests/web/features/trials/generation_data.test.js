/** Generation data of saved pictures: read from the file, and from the text. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { generationOf, pngText } from "../../../../assets/ui/features/trials/generation_data.js";

/**
 * A PNG file of one chunk; its checksum is not read.
 * @param {string} kind
 * @param {string} body
 */
function png(kind, body) {
  const data = Buffer.from(body, kind === "iTXt" ? "utf8" : "latin1");
  const size = Buffer.alloc(4);
  size.writeUInt32BE(data.length);
  const start = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  const bytes = Buffer.concat([start, size, Buffer.from(kind), data, Buffer.alloc(4)]);
  return new Uint8Array(bytes).buffer;
}

test("both kinds of text are found, and nothing in other files", () => {
  assert.equal(pngText(png("tEXt", "parameters\0A cafÃ©")), "A cafÃ©");
  assert.equal(pngText(png("iTXt", "parameters\0\0\0\0\0Ein Käfer 🐞")), "Ein Käfer 🐞");
  assert.equal(pngText(png("tEXt", "Comment\0A cat")), null);
  assert.equal(pngText(new TextEncoder().encode("no picture").buffer), null);
  assert.equal(pngText(png("tEXt", "parameters\0A cat").slice(0, 20)), null, "cut off");
});

test("what the studio wrote is read back", () => {
  const text =
    "A lighthouse \\(old\\) in ink\nSteps: 10, Sampler: DPM++ 2M, CFG scale: 4.5, " +
    'Seed: 9154399023593721872, Model: pocket, Lora hashes: "cat-round-1: 0123456789ab", ' +
    "GAL strength: 0.4 until step 5 of 10 then 1, " +
    "Version: GAL Studio";
  assert.deepEqual(generationOf(text), {
    prompt: "A lighthouse (old) in ink",
    negative: "",
    seed: "9154399023593721872",
    guidance: "4.5",
    recipe: { early: 0.4, late: 1, switch: 0.5 },
  });
});

test("what A1111 wrote is read as far as the form has fields", () => {
  const text = "a cat\nin ink <lora:ink:0.8>\nNegative prompt: blurry\nSteps: 20, CFG scale: 7, Seed: 1";
  assert.deepEqual(generationOf(text), {
    prompt: "a cat\nin ink",
    negative: "blurry",
    seed: "1",
    guidance: "7",
    recipe: null,
  });
  assert.equal(generationOf("Just a comment"), null);
});
