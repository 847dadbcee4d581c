/** One line about the work: what happens now, what comes, how long it takes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { planLine } from "../../../assets/ui/top/plan_line.js";
import { job, queued } from "../samples.js";

const training = job({ id: "t", kind: "fine_tune", state: "running", doing: "" });
const drawing = queued({ id: "g", project_id: "p", coming: "up to 180 images", expected_seconds: 70 });
const measuring = queued({ id: "m", project_id: "p", coming: "measuring on the benchmark" });

test("it says what happens now, and what comes with its time; what is left of it is said elsewhere", () => {
  assert.equal(
    planLine(training, [drawing, measuring], "p"),
    "Training on your reference. Then up to 180 images, about 1 minute; then measuring on the benchmark.",
  );
  assert.equal(
    planLine(training, [queued({ ...drawing, expected_seconds: null })], "p"),
    "Training on your reference. Then up to 180 images.",
  );
});

test("what comes later is counted, since it repeats", () => {
  const later = [drawing, measuring, queued({ ...drawing, id: "h" }), queued({ ...measuring, id: "n" })];
  assert.match(planLine(training, later, "p"), /; then measuring on the benchmark; 2 more steps\.$/);
  const twice = [measuring, queued({ ...measuring, id: "n" })];
  assert.match(planLine(training, twice, "p"), /Then measuring on the benchmark; 1 more step\.$/);
});

test("the work of other projects is not part of it", () => {
  assert.equal(
    planLine(training, [queued({ ...drawing, project_id: "q" })], "p"),
    "Training on your reference.",
  );
});

test("a phase with a name of its own is named; halting and waiting are said", () => {
  assert.equal(planLine({ ...training, doing: "Loading the model" }, [], "p"), "Loading the model.");
  assert.match(planLine({ ...training, state: "stopping" }, [], "p"), /^Stops after this step/);
  const halted = job({ ...training, state: "interrupted", title: "Training" });
  assert.match(planLine(halted, [drawing], "p"), /^Training interrupted.* Then up to 180 images/);
  assert.match(
    planLine({ ...training, state: "queued", worker_alive: true }, [], "p"),
    /^Waits for its turn/,
  );
  assert.match(planLine({ ...training, state: "queued", worker_alive: false }, [], "p"), /^Starting/);
});

test("work on another round than the shown one is said to be its", () => {
  assert.match(planLine(training, [], "p", "Round 2 refined"), /^Round 2 refined: training\./);
});

test("the accepted images that the shown round trains on are counted", () => {
  assert.equal(
    planLine(training, [], "p", undefined, 3),
    "Training on your reference and 3 accepted images.",
  );
});
