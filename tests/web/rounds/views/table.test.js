/** Tables that are saved as CSV, and read again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { csv, parseCsv } from "../../../../assets/ui/rounds/views/table.js";

test("a table comes back from its CSV, whatever is in its cells", () => {
  const rows = [
    ["prompt", "why", ""],
    ['A "tie", in ink', "two\nlines", "1,5"],
    ["", "", "end"],
  ];
  assert.deepEqual(parseCsv(csv(rows)), rows);
  assert.deepEqual(parseCsv("a,b\n1,2\n"), [
    ["a", "b"],
    ["1", "2"],
  ]);
});

test("numbers are written with a point, and nothing as an empty cell", () => {
  assert.equal(csv([["x"], [0.25], [null]]), "\ufeffx\r\n0.25\r\n\r\n");
});
