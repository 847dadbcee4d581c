/** Before and after: the most telling prompt comes first. */
import "../browser.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { otherOf } from "../../../assets/ui/viewer/looks.js";
import { looksOf } from "../../../assets/ui/results/first_looks.js";

const COLUMNS = [
  { key: "", round: "", name: "Base model", decides: true, best: false },
  { key: "1", round: "1", name: "Round 1", decides: true, best: false },
  { key: "2", round: "2", name: "Round 2", decides: true, best: true },
];

/**
 * A prompt whose three images are copies or not; `asked`: the last one shows what was asked.
 * @param {string} prompt
 * @param {boolean[]} copies
 * @param {boolean} asked
 * @returns {import("payloads").SheetRow}
 */
const row = (prompt, copies, asked) => ({
  part: "held_out",
  prompt,
  pictures: Object.fromEntries(
    COLUMNS.map(({ key }, at) => [
      key,
      {
        0: {
          id: `${prompt}${key}`,
          version: "v",
          seed: "0",
          copy: copies[at],
          blank: false,
          asked,
          clip_t: 0.3,
          clip_i: 0.5,
        },
      },
    ]),
  ),
});

test("first comes what is as asked; last, what is a copy; the base model stands beside it", () => {
  const looks = looksOf(
    [
      row("still", [false, true, true], true),
      row("never", [false, false, false], true),
      row("other", [false, true, false], false),
      row("told", [false, true, false], true),
    ],
    COLUMNS,
  );
  assert.deepEqual(
    looks.map(({ title }) => title),
    ["never", "told", "other", "still"],
  );
  assert.equal(otherOf(looks[0].frames.slice(0, 2), looks[0].frames, null)?.name, "Base model");
});
