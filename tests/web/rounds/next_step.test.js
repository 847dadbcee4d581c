/** The next step of a round, and why an action is disabled. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { state } from "../../../assets/ui/app/store.js";
import { notApplicable, childOf, closed, followed, nextStep } from "../../../assets/ui/rounds/next_step.js";
import { candidate, chip, job, project, queue, queued, round } from "../samples.js";
import { INSTANT, REFINED, score } from "../samples.js";

beforeEach(() => {
  Object.assign(state, {
    roundId: "r",
    project: project({ kind: "style" }),
    rounds: [chip({ id: "r" })],
    round: round({ id: "r" }),
    job: null,
    parts: {},
    candidates: new Map([
      ["a", candidate({ id: "a" })],
      ["b", candidate({ id: "b" })],
    ]),
    suggested: new Map([["a", score({ suggested: "a" })]]),
    verdicts: new Map(),
  });
});

test("measuring in the background keeps nothing from being done", () => {
  state.job = job({ kind: "measure", state: "running", background: true });
  assert.deepEqual([nextStep(), closed("accept")], ["accept", null]);
  state.job = job({ kind: "measure", state: "paused", background: true });
  assert.equal(nextStep(), "accept", "it can be resumed, but nobody has to");
});

test("accept is next while nothing is accepted; then the next round", () => {
  assert.equal(nextStep(), "accept");
  state.verdicts.set("a", "accepted");
  assert.deepEqual([nextStep(), closed("accept")], ["next_round", "Every suggestion is reviewed"]);
  state.verdicts.set("a", "rejected");
  assert.equal(nextStep(), "accept", "as in the store");
});

test("as many accepted images as were suggested are enough for the next round, whichever they are", () => {
  state.candidates.set("b", candidate({ id: "b", anchor_id: "of another prompt" }));
  state.verdicts.set("b", "accepted");
  assert.deepEqual([nextStep(), closed("accept")], ["next_round", null]);
});

test("nothing is next where there is nothing to mend, unless an image is accepted", () => {
  state.suggested = new Map();
  state.round = round({ id: "r", step: "done" });
  assert.equal(nextStep(), "done");
  state.verdicts.set("a", "accepted");
  assert.equal(nextStep(), "next_round", "before the studio has answered");
});

test("a next round that would only repeat this one is not what comes next", () => {
  state.suggested = new Map();
  state.round = round({ id: "r", step: "next_round" });
  assert.deepEqual([nextStep(), closed("next_round")], ["choose", null]);
  state.round = round({ id: "r", step: "next_round", source: "ink.safetensors" });
  assert.equal(nextStep(), "done", "a LoRA was judged");
  state.round = round({ id: "r", step: "next_round" });
  state.rounds = [chip({ id: "r" }), chip({ id: "s", parent_id: "r" })];
  assert.equal(nextStep(), "next_round", "it is there already");
  state.rounds = [chip({ id: "r" })];
  state.round = round({ ...INSTANT, id: "r", step: "next_round" });
  assert.equal(nextStep(), "next_round", "it learns the references for the first time");
});

test("a round with a button of its own is made only where one can follow", () => {
  const offered = { change: /** @type {const} */ ("make_round"), kind: "base", button: "Base", hint: "…" };
  state.project = project({ offered: [offered] });
  assert.equal(closed("base"), null);
  state.round = round({ id: "r", closed: { make_round: "No test prompt is left." } });
  assert.deepEqual([closed("base"), closed("next_round")], ["No test prompt is left.", null]);
});

test("another accepted image of the same test prompt answers the suggestion", () => {
  state.candidates.set("other", candidate({ id: "other", anchor_id: "y" }));
  state.verdicts.set("other", "accepted");
  assert.equal(closed("accept"), null, "an image of another test prompt answers nothing");
  state.verdicts.set("b", "accepted");
  assert.deepEqual([nextStep(), closed("accept")], ["next_round", "Every suggestion is reviewed"]);
});

test("what the studio says is closed is closed", () => {
  state.round = round({ closed: { fine_tune: "It is trained already." } });
  assert.deepEqual([closed("fine_tune"), closed("generate")], ["It is trained already.", null]);
});

test("an interrupted job is resumed first, in its own round", () => {
  state.job = job({ state: "interrupted", round_id: "r" });
  assert.equal(nextStep(), "resume");
  state.job = job({ state: "stopped", round_id: "r" });
  assert.equal(nextStep(), "accept", "stopped by the user");
  state.job = job({ state: "paused", round_id: "other" });
  assert.equal(nextStep(), "accept");
});

test("all actions are disabled while a job is active, or without a round", () => {
  state.job = job({ state: "queued" });
  assert.match(closed("generate") ?? "", /is busy/);
  state.job = null;
  state.round = null;
  assert.match(closed("generate") ?? "", /Open a project/);
});

test("a next round can wait for other work, and for a refinement of its own", () => {
  const refine = job({ kind: "refine", round_id: "r", state: "running" });
  state.candidates.clear();
  Object.assign(state, { job: refine, roundId: "r", round: round({ ...REFINED, complete: false }) });
  state.queue = queue({ working: [queued({ kind: "refine", round_id: "r", state: "running" })] });
  assert.equal(closed("next_round"), null);
  assert.match(closed("train") ?? "", /is busy/);
  state.queue = queue({ working: [queued({ kind: "pairs", round_id: "r", state: "running" })] });
  assert.match(closed("next_round") ?? "", /is busy/);
  Object.assign(state, { job: { ...refine, round_id: "other" }, round: round() });
  assert.match(closed("next_round") ?? "", /is busy/, "there are no images to learn from");
  state.candidates.set("c", candidate());
  assert.equal(closed("next_round"), null);
  Object.assign(state, { job: null, queue: queue() });
});

test("where the next round went on, it is next to go there, whatever is still suggested", () => {
  state.rounds.push(chip({ id: "next", parent_id: "r", empty: true }));
  assert.deepEqual([nextStep(), followed()], ["accept", null]);
  state.rounds[1] = chip({ id: "next", parent_id: "r" });
  assert.deepEqual([nextStep(), followed()?.id], ["next_round", "next"]);
  assert.equal(closed("accept"), "The next round already exists");
});

test("an action opens the existing child round of its kind", () => {
  state.rounds.push(
    chip({ id: "next", parent_id: "r" }),
    chip({ id: "fine", parent_id: "r", refines: true, made_by: "refine" }),
  );
  const { id: next } = childOf("next_round") || chip();
  const { id: fine } = childOf("refine") || chip();
  assert.deepEqual([next, fine], ["next", "fine"]);
  assert.equal(childOf("generate"), null);
});

test("of several next rounds the one that was carried on is gone to, else the newest", () => {
  const [one, other] = ["one", "other"].map((id) => chip({ id, parent_id: "r" }));
  state.rounds.push(one, other);
  assert.equal(childOf("next_round")?.id, "other");
  state.rounds.push(chip({ id: "third", parent_id: "one" }));
  assert.equal(childOf("next_round")?.id, "one");
  state.rounds[2] = chip({ id: "other", parent_id: "r", kept: 1 });
  assert.equal(childOf("next_round")?.id, "other", "What if? kept it");
});

test("a round without training is generated, decided, and followed by a trained one", () => {
  const next = chip({ id: "next", parent_id: "r", empty: true });
  state.rounds = [chip({ id: "r", made_by: null }), next];
  state.round = round({ ...INSTANT, id: "r", step: "generate", trained: true, complete: false });
  state.candidates = new Map();
  assert.deepEqual([nextStep(), closed("generate")], ["generate", null]);
  assert.equal(childOf("next_round"), null, "Next round runs the round that waits behind it");
  state.rounds = [chip({ id: "r", made_by: null }), { ...next, empty: false }];
  assert.equal(childOf("next_round")?.id, "next");
});

test("what waits in the queue behind other work is not asked for again", () => {
  state.round = round({ trained: false });
  state.job = job({ kind: "measure", state: "running", background: true });
  const here = queued({ round_id: "r", kind: "fine_tune" });
  assert.equal(closed("run"), null);
  state.queue = queue({ waiting: [here] });
  assert.match(closed("run") ?? "", /already in the queue/);
  assert.match(closed("fine_tune") ?? "", /already in the queue/);
  state.queue = queue({ waiting: [{ ...here, round_id: "another" }] });
  assert.equal(closed("run"), null);
  state.queue = queue({});
});

test("a branch that would repeat a training is to differ first", () => {
  state.round = round({ id: "r", step: "fine_tune", trained: false, repeats: "Round 2" });
  assert.equal(nextStep(), "differ");
});

test("the end has a step: what to take home", () => {
  state.round = round({ id: "r", step: "generate", trained: true, complete: false });
  assert.ok(notApplicable("done"));
  state.round = round({ id: "r", step: "next_round", trained: true, complete: true });
  assert.ok(!notApplicable("done"), "a person may stop earlier");
  Object.assign(state, { suggested: new Map(), round: round({ id: "r", step: "done" }) });
  assert.ok(!notApplicable("done"));
  assert.equal(closed("done"), null);
});
