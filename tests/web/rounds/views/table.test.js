/** Tables that are saved as CSV. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { csv } from "../../../../assets/ui/rounds/views/table.js";

test("quotation marks, commas and lines stay within their cell", () => {
  assert.equal(csv([['A "tie", in ink', "two\nlines"]]), '\ufeff"A ""tie"", in ink","two\nlines"\r\n');
});

test("no prompt is a formula", () => {
  const cells = ["=1+1", "+x", "-x", "@x", "-0.5", "A tie"];
  assert.equal(csv([cells]), `\ufeff"'=1+1","'+x","'-x","'@x","-0.5","A tie"\r\n`);
  assert.equal(csv([[-0.5]]), "\ufeff-0.5\r\n");
});

test("nor one behind a blank, in signs of full width, or where a semicolon separates", () => {
  for (const cell of [" =1", "\uff1d1", "\u00a0=1", "\ufeff=1", "\u200b\uff0b1", "\n=1"])
    assert.equal(csv([[cell]]), `\ufeff"'${cell}"\r\n`);
  assert.equal(csv([["1;=1"]]), '\ufeff"1;=1"\r\n');
});

test("numbers are written with a point, and nothing as an empty cell", () => {
  assert.equal(csv([["x"], [0.25], [null]]), '\ufeff"x"\r\n0.25\r\n\r\n');
});
