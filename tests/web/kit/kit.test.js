/** Formatting, and the settings fields. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { count, inSentence, listed, unbroken, undecided } from "../../../assets/ui/kit/format.js";
import { isIdle, read, typedValue, weightWords, written } from "../../../assets/ui/kit/settings_fields.js";

test("counts, times and shares", () => {
  assert.deepEqual([count(1, "image"), count(0, "image")], ["1 image", "0 images"]);
  assert.deepEqual([undecided(0), undecided(0.37), undecided(Math.LN2)], ["0%", "53%", "100%"]);
});

test("a name that a person gave keeps its capitals", () => {
  assert.deepEqual(["Round 2 refined", "Anna's Dog", "Rounded"].map(inSentence), [
    "round 2 refined",
    "Anna's Dog",
    "Rounded",
  ]);
});

test("numbers are sent as numbers; other input is sent as typed, for the server to reject", () => {
  const typed = (
    /** @type {"whole" | "number" | "text" | "choice" | "flag"} */ kind,
    /** @type {string} */ value,
    optional = false,
  ) => typedValue({ kind, optional }, { value });
  assert.equal(typed("whole", "77"), 77);
  assert.equal(typed("number", "1e-3"), 0.001);
  assert.equal(typed("number", "3,5"), 3.5, "some keypads have no point");
  assert.equal(typed("number", "1,000,5"), "1,000,5");
  assert.equal(typed("whole", "7.5"), "7.5");
  assert.equal(typed("whole", "9007199254740993"), "9007199254740993", "no digit is lost");
  assert.equal(typed("whole", "many"), "many");
  assert.equal(typed("text", "3"), "3");
  assert.equal(typed("choice", "7"), "7");
  assert.equal(typed("whole", " "), " ");
  assert.equal(typed("whole", " ", true), null, "the model decides");
  assert.deepEqual([typed("flag", "true"), typed("flag", "false")], [true, false]);
});

test("every field is read from the settings by its dotted name", () => {
  assert.equal(read({ tune: { steps: 100 } }, "tune.steps"), 100);
  assert.equal(read({}, "tune.steps"), undefined);
  assert.equal(
    written({ tune: { prior_styles: ["flat style", "clay"] } }, "tune.prior_styles"),
    "flat style, clay",
  );
  assert.equal(written({ tune: { steps: 100 } }, "tune.steps"), "100");
  assert.equal(written({ tune: { resolution: null } }, "tune.resolution"), "");
});

test("the weight is shown for the measured entropy, or as its maximum", () => {
  assert.equal(weightWords("1", 0.5), "An accepted image counts 0.5 times as much as a reference.");
  assert.equal(weightWords("1"), "An accepted image counts at most 0.69 times as much as a reference.");
  assert.equal(weightWords("x"), "");
});

test("names stand in a row, and figures are not torn from their units", () => {
  assert.equal(listed(["round 1"]), "round 1");
  assert.equal(listed(["round 1", "round 2", "round 3"]), "round 1, round 2 and round 3");
  assert.equal(unbroken("50.7% at × .7, 2 of Round 1’s"), "50.7% at ×\u00a0.7, 2 of Round\u00a01’s");
  assert.equal(unbroken("“A tie in the sea”, an oar"), "“A\u00a0tie in the\u00a0sea”, an\u00a0oar");
});

test("a field is idle with all values of one of its states, typed as text or as numbers", () => {
  /** @type {Record<string, string>} */
  const typed = { strengths: "ladder", method: "lora", lowest: " 1.0 ", model: "" };
  const acts = {
    given: { kind: "style", draws: "false" },
    value: (/** @type {string} */ name) => typed[name],
  };
  const idle = (/** @type {Record<string, string>[]} */ ...states) => isIdle({ idle: states }, acts);
  assert.ok(idle({ strengths: "ladder", method: "lora" }));
  assert.ok(!idle({ strengths: "ladder", method: "full" }), "one of them differs");
  assert.ok(idle({ method: "full" }, { lowest: "1" }), "any state will do");
  assert.ok(idle({ model: "", draws: "false" }) && !idle({ model: "", draws: "true" }));
  assert.ok(idle({ kind: "style" }) && !idle({ kind: "object" }));
  assert.ok(!idle(), "it always does something");
  assert.ok(!idle({ model: "0" }), "an empty field is not 0");
});
