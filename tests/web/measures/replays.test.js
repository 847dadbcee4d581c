/** What is said of replays. */
/** @import { Replay } from "payloads" */
import assert from "node:assert/strict";
import { test } from "node:test";
import { differenceWords, progressWords } from "../../../assets/ui/measures/replay_words.js";
import { change, measuredRound, report } from "../samples.js";

/**
 * @param {number} t
 * @param {number} i
 */
function at(t, i) {
  return report({ figures: { clip_t: change({ value: t }), clip_i: change({ value: i }) } });
}

/**
 * @param {Partial<Replay>} [more]
 * @returns {Replay}
 */
const replay = (more) => ({
  project_id: "p",
  source_id: "q",
  source_name: "Cat",
  source_round: "b",
  left_out: [],
  has_source: true,
  name: "Cat (replay: random)",
  policy: "random",
  title: "Random",
  state: "done",
  message: "",
  drawn: 2,
  wanted: 2,
  not_replayed: "",
  incomparable: "",
  rounds: [
    measuredRound({ id: "x", report: at(0.3, 0.5) }),
    measuredRound({ id: "y", name: "Round 2", parent_id: "x", report: at(0.2, 0.6) }),
  ],
  differences: {},
  ...more,
});

test("it is said how far a replay is, and what differs clearly", () => {
  assert.equal(progressWords(replay()), "2 rounds, measured");
  const working = replay({ state: "working", drawn: 1, message: "round 2: generating" });
  assert.equal(progressWords(working), "1 of 2 rounds measured · round 2: generating");
  const halted = replay({ state: "halted", drawn: 0, message: "No room." });
  assert.equal(progressWords(halted), "stopped, 0 of 2 rounds measured: No room.");
  assert.equal(differenceWords(replay()), "");
  const as_asked = change({ value: -0.25, verdict: "less" });
  const copies = change({ value: 0.1, verdict: "unclear" });
  assert.equal(
    differenceWords(replay({ differences: { as_asked, copies } })),
    "Round 2 compared with yours: 25 percentage points less prompt match.",
  );
  const none = change({ value: 0, low: 0, high: 0 });
  assert.equal(
    differenceWords(replay({ differences: { copies: none } })),
    "Round 2 came out the same as yours.",
  );
  assert.equal(
    differenceWords(replay({ differences: { as_asked: copies, copies } })),
    "Round 2 compared with yours: no clear difference.",
  );
});
