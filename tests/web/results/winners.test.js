/** What is taken below a winner is what its image shows. */
import "../browser.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { set } from "../../../assets/ui/kit/html.js";
import { known } from "../../../assets/ui/results/finish.js";
import { settingsOf, takenAs } from "../../../assets/ui/results/winners.js";

test("a round is taken where its image has the strength that its files use", () => {
  const round = { id: "r", name: "Round 1", parent_id: null, candidates: 0, weight: 1, adapter: true };
  set(known, [{ ...round, accepted: [], recipe: "", without_choices: false }]);
  const columns = [
    { key: "r", round: "r", name: "Round 1, full strength", decides: false, best: false },
    { key: "r|strength 0.7", round: "r", name: "Round 1, strength 0.7", decides: true, best: true },
  ];
  assert.deepEqual(
    columns.map((one) => takenAs(one)?.id),
    [undefined, "r"],
  );
  assert.deepEqual(settingsOf(columns, 0), { first: "r", second: "r|strength 0.7" }, "what is compared");
});
