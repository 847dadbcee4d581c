/** Figures of the test set as text. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  agreeing,
  changeInFull,
  changeInShort,
  chipGain,
  deciding,
  inFull,
  leftOut,
  notBySchedule,
  scheduleWords,
  shown,
  signed,
  withSetting,
} from "../../../assets/ui/measures/words.js";
import { change, measuredRound, measures, report } from "../samples.js";

test("shares are in percent, and cosines are not", () => {
  assert.deepEqual([shown("as_asked", 0.917), shown("clip_t", 0.4123)], ["92%", "0.412"]);
  assert.deepEqual([signed("no_copy", -0.034), signed("clip_i", 0.0413)], ["−3", "+0.041"]);
  assert.deepEqual([signed("no_copy", -0.003), signed("clip_i", -0.0003)], ["0", "0.000"]);
});

test("a change agrees with the figures beside it as they are shown", () => {
  const given = change({ value: -0.2204 });
  const [before, after] = [change({ value: 0.8746 }), change({ value: 0.6542 })];
  assert.equal(signed("clip_i", agreeing("clip_i", given, before, after).value), "−0.221");
  assert.equal([shown("clip_i", 0.8746), shown("clip_i", 0.6542)].join(), "0.875,0.654");
  assert.equal(agreeing("clip_i", given, null, after), given);
  const others = change({ value: 0.5 }); // of other pictures than the figures
  assert.equal(agreeing("clip_i", others, before, after), others);
});

test("a tooltip has the interval and the number of images", () => {
  assert.equal(inFull("as_asked", change()), "12 of 24 images (95% interval 40% to 60%)");
  assert.equal(inFull("as_asked", change(), 30), "12 of 24 judged images (95% interval 40% to 60%)");
  assert.equal(inFull("clip_t", change()), "0.500, 95% interval 0.400 to 0.600, over 24 images");
  assert.equal(
    changeInFull("as_asked", change({ low: -0.1, verdict: "unclear" }), "Round 1"),
    "+50 since Round 1, 95% interval −10 to +60: no clear change",
  );
});

test("the chip of a first round has no change: every training loses something against the base model", () => {
  const first = measuredRound({ gain_change: change() });
  assert.equal(chipGain(measures({ rounds: [first] }), "r")?.change, "");
});

test("the chip of a later round says what changed since the round before", () => {
  const second = measuredRound({
    id: "s",
    name: "Round 2",
    parent_id: "r",
    gain: change({ value: 0.33 }),
    gain_change: change({ value: 0.17 }),
  });
  const given = measures({ rounds: [measuredRound(), second], best: "s" });
  const gain = chipGain(given, "s");
  assert.deepEqual(
    [gain?.text, gain?.change, gain?.verdict, gain?.best],
    ["gain 33%", "✓ +17", "better", true],
  );
  assert.match(gain?.title ?? "", /since Round 1.*Prompt match: 18 of 24 images\. Copies: 6 of 24 images\./);
  assert.equal(chipGain(given, "r")?.best, false);
});

/** @type {import("payloads").MeasuredSchedule} */
const by = {
  recipe: { early: 0.4, late: 1, switch: 0.7 },
  words: "0.4 then 1 after 70%",
  drawn: 24,
  wanted: 24,
  report: report({ copies: 1, changes: { copies: change({ value: -0.2 }) } }),
};

test("a chip shows the setting that decides, and its figures", () => {
  const round = measuredRound({ schedules: [by], gain_setting: by.words, gain: change({ value: 0.42 }) });
  const chip = chipGain(measures({ rounds: [round] }), "r");
  assert.deepEqual([chip?.text, chip?.setting], ["gain 42%", by.words]);
  assert.match(chip?.title ?? "", /^Benchmark \(0\.4 then 1 after 70%\)\. .*Copies: 1 of 24 images/);
  assert.equal(withSetting(round), "Round 1, 0.4 then 1 after 70%");
  assert.equal(deciding(round), by.report);
  assert.equal(scheduleWords(round, by, "copies")?.change?.title.includes("since full strength"), true);
  const full = measuredRound({ schedules: [by] });
  assert.equal(deciding(full), full.report, "where full strength is the better one");
  assert.equal(withSetting(full), "Round 1, full strength");
  assert.equal(withSetting(measuredRound()), "Round 1", "nothing is compared where there is one setting");
});

test("what was measured at full strength alone says so", () => {
  const old = measuredRound({ schedules: [{ ...by, drawn: 0, report: null }] });
  assert.equal(
    notBySchedule([old, measuredRound()]),
    "Round 1 is not measured by its best schedule yet: press Measure in the table.",
  );
  assert.equal(notBySchedule([measuredRound({ schedules: [by] })]), "");
  assert.equal(chipGain(measures({ rounds: [old] }), "r")?.setting, "full strength only");
});

test("against the base model a change has a direction and no verdict", () => {
  const worse = change({ value: 0.33, verdict: "worse" });
  assert.deepEqual(changeInShort("copies", worse, true), { text: "▲ +33", verdict: "more" });
  assert.deepEqual(changeInShort("copies", worse, false), { text: "✕ +33", verdict: "worse" });
  const unclear = change({ value: -0.1, verdict: "unclear" });
  assert.deepEqual(changeInShort("clip_t", unclear, true), {
    text: "−0.100, may be chance",
    verdict: "unclear",
  });
  const none = change({ value: 0.0001, verdict: "unclear" });
  assert.deepEqual(changeInShort("clip_t", none, true), { text: "0.000", verdict: "unclear" });
});

test("a round that is not wholly measured says nothing", () => {
  const half = measuredRound({ drawn: 10, report: null });
  assert.equal(chipGain(measures({ rounds: [half] }), "r"), null);
  assert.equal(chipGain(null, "r"), null);
});

test("prompts that do not count are counted or named, with the reason", () => {
  assert.equal(leftOut({ left_out: [], asking: [] }), "");
  assert.equal(leftOut({ left_out: ["A"], asking: [] }), "1 prompt is not counted: now a test prompt.");
  assert.match(leftOut({ left_out: ["A", "B"], asking: [] }), /^2 prompts are not counted: now test prompts/);
  assert.match(
    leftOut({ left_out: [], asking: ["A", "B"] }),
    /^2 prompts are not counted: .* \(“A”, “B”\)\.$/,
  );
  assert.match(
    leftOut({ left_out: ["C"], asking: ["A"] }),
    /^1 prompt is not counted: now .*\. 1 prompt is not counted: even /,
  );
});
