/** Poll responses: changes are applied, and a stale response never overwrites newer state. */
/** @import { Candidate, CandidateMark, Parts, PollAnswer } from "payloads" */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { ask, forget, known, receive, showsMarks } from "../../../assets/ui/app/apply_poll.js";
import { loaded, ofRound, state, whenever } from "../../../assets/ui/app/store.js";
import { candidate, chip, job, project, round, score } from "../samples.js";

/**
 * @param {Partial<Parts>} parts
 * @param {string} [digest]
 * @param {Partial<PollAnswer>} [more]
 * @returns {PollAnswer}
 */
const answer = (parts, digest = "1", more = {}) => ({
  parts,
  digests: Object.fromEntries(Object.keys(parts).map((name) => [name, digest])),
  round: null,
  candidates: null,
  ...more,
});
/**
 * @param {PollAnswer} news
 * @param {{ sent?: ReturnType<typeof known>, upToDate?: boolean, untouched?: boolean }} [options]
 */
const take = (news, { sent = known(), upToDate = true, untouched = true } = {}) =>
  receive(news, { sent, upToDate, untouched });

beforeEach(() => forget());

test("parts are applied, and their digests are sent with the next poll", () => {
  take(answer({ job: job({ state: "running" }) }, "abc"));
  assert.equal(state.job?.state, "running");
  assert.equal(known().parts.job, "abc");
});

test("a part of a feature stays while another round is opened, until an answer lacks it", () => {
  /** @type {any} */
  const own = { made: [] };
  take(answer({ project: project(), replays: own }));
  forget({ keepProject: true });
  assert.equal(state.parts.replays, own);
  assert.equal(known().parts.replays, "1");
  const said = /** @type {unknown[]} */ ([]);
  const stop = whenever(
    () => state.parts.replays,
    (now) => said.push(now),
  );
  take(answer({ project: project() }));
  stop();
  assert.deepEqual(said, [own, undefined], "who reads it is told");
});

test("a stale response does not update an invalidated part", () => {
  take(answer({ job: job({ state: "running" }) }));
  const sent = known();
  state.job = job({ state: "pausing" });
  ask("job");
  take(answer({ job: job({ state: "running" }) }, "2"), { sent });
  assert.equal(state.job?.state, "pausing");
  take(answer({ job: job({ state: "paused" }) }, "3"));
  assert.equal(state.job?.state, "paused");
});

test("an invalidated part is sent with an unknown digest", () => {
  take(answer({ job: null }, "abc"));
  ask("job");
  assert.notEqual(known().parts.job, "abc");
});

test("verdicts of a response older than a decision are ignored and invalidated", () => {
  take(answer({ verdicts: { a: "accepted" }, masks: {} }, "1"));
  state.verdicts.set("b", "accepted");
  take(answer({ verdicts: { a: "accepted" }, masks: {} }, "2"), { upToDate: false });
  assert.equal(state.verdicts.get("b"), "accepted");
  assert.match(known().parts.verdicts, /^invalid/);
});

test("settings of a response older than a change are ignored and asked for again", () => {
  take(answer({ project: project({ name: "now" }) }, "1"));
  take(answer({ project: project({ name: "before the change" }), job: job({ state: "running" }) }, "2"), {
    upToDate: false,
  });
  assert.equal(state.project?.name, "now");
  assert.equal(state.job?.state, "running");
  assert.match(known().parts.project, /^invalid/);
  take(answer({ project: project({ name: "changed" }) }, "3"));
  assert.equal(state.project?.name, "changed");
});

test("the first response brings the project, even while a change is pending", () => {
  take(answer({ project: project({ name: "opened" }) }), { upToDate: false });
  assert.equal(state.project?.name, "opened");
});

test("a page that opens while a change is on its way shows what was decided before", () => {
  const sent = known();
  take(answer({ verdicts: { a: "accepted" }, masks: {} }, "1"), { sent, upToDate: false });
  assert.equal(state.verdicts.get("a"), "accepted");
  assert.match(known().parts.verdicts, /^invalid/, "and asks again");
  state.verdicts.set("b", "accepted");
  take(answer({ verdicts: { a: "accepted" }, masks: {} }, "1"), { upToDate: false });
  assert.equal(state.verdicts.get("b"), "accepted", "once");
});

test("a decision made while the first response was on its way stays", () => {
  const sent = known();
  state.verdicts.set("a", "rejected");
  take(answer({ verdicts: { a: "accepted" }, masks: {} }), { sent, upToDate: false, untouched: false });
  assert.equal(state.verdicts.get("a"), "rejected");
});

test("verdicts and masks are replaced, those that are gone too", () => {
  take(answer({ verdicts: { a: "accepted", b: "rejected" }, masks: { a: "1" } }));
  take(answer({ verdicts: { a: "accepted", c: "accepted" }, masks: {} }, "2"));
  assert.deepEqual(Object.fromEntries(state.verdicts), { a: "accepted", c: "accepted" });
  assert.equal(state.masks.size, 0);
});

test("candidates are appended, a reset replaces them, and a response to an older mark is ignored", () => {
  const news = (/** @type {string} */ id, /** @type {CandidateMark} */ mark, reset = false) =>
    answer({}, "1", { candidates: { reset, items: [candidate({ id })], mark } });
  const older = known();
  take(news("a", { count: 1, digest: "1" }));
  take(news("b", { count: 2, digest: "2" }));
  assert.deepEqual([...state.candidates.keys()], ["a", "b"]);
  take(news("x", { count: 0, digest: "0" }, true), { sent: older });
  assert.deepEqual([...state.candidates.keys()], ["a", "b"]);
  take(news("c", { count: 1, digest: "3" }, true));
  assert.deepEqual([...state.candidates.keys()], ["c"]);
});

test("a reset of the same images changes those that count otherwise, and forgets nothing", () => {
  const found = ofRound(() => "");
  const [a, b] = [candidate({ id: "a", version: "1" }), candidate({ id: "b", version: "1" })];
  const news = (/** @type {Candidate[]} */ items, /** @type {string} */ digest) =>
    answer({}, digest, { candidates: { reset: true, items, mark: { count: items.length, digest } } });
  take(news([a, b], "1"));
  const before = state.candidates.get("b");
  found.value = "what was found among them";
  take(news([{ ...a, copy: !a.copy }, { ...b }], "2"));
  assert.equal(state.candidates.get("a")?.copy, !a.copy);
  assert.equal(state.candidates.get("b"), before);
  assert.equal(found.value, "what was found among them");
  take(news([{ ...a, version: "2" }, b], "3"));
  assert.equal(found.value, "", "another image of the same name is new");
});

test("another round is requested in full, the project stays cached", () => {
  take(answer({ project: project({ id: "p" }), round: round({ id: "r" }), scores: [] }, "abc"));
  forget({ keepProject: true });
  assert.equal(known().parts.project, "abc");
  assert.equal(known().parts.round, undefined);
  assert.deepEqual([state.project?.id, state.round], ["p", null]);
});

test("when the shown round is archived elsewhere, what belongs to it is forgotten", () => {
  state.roundId = "r1";
  take(answer({ job: null, verdicts: { a: "accepted" } }));
  state.selection = new Set(["a"]);
  state.focus = "a";
  state.filter = "selection";
  const sent = known();
  take(answer({ job: job({ state: "running" }), verdicts: { b: "rejected" } }, "2", { round: "r2" }), {
    sent,
  });
  assert.equal(state.roundId, "r2");
  assert.deepEqual([...state.selection, ...state.verdicts.keys()], []);
  assert.deepEqual([state.focus, state.filter], [null, "all"]);
  assert.equal(known().parts.verdicts, undefined, "the next poll loads the round in full");
  assert.equal(state.job?.state, "running", "what belongs to the project stays");
});

test("what is marked on the page is told to the studio, which brings what it says otherwise", () => {
  const [a, b] = [candidate({ id: "a" }), candidate({ id: "b" })];
  const mark = { count: 2, digest: "d", marks: { b: true } };
  take(answer({}, "1", { candidates: { reset: true, items: [a, b], mark } }));
  const before = known();
  showsMarks({ a: false, b: null });
  assert.deepEqual(known().candidates, { count: 2, digest: "d", marks: { a: false } });
  const older = { reset: false, items: [{ ...a, copy: true }], mark };
  take(answer({}, "2", { candidates: older }), { sent: before });
  assert.equal(state.candidates.get("a")?.copy, a.copy, "an answer from before the mark");
  take(answer({}, "2", { candidates: older }), { upToDate: false });
  assert.equal(state.candidates.get("a")?.copy, a.copy, "an answer while the mark is on its way");
  take(answer({}, "2", { candidates: older }));
  assert.equal(state.candidates.get("a")?.copy, true);
});

test("a round that is left keeps the number of its accepted images until a poll says it", () => {
  state.roundId = "r1";
  const rounds = [chip({ id: "r1", accepted: 0 }), chip({ id: "r2", accepted: 4 })];
  const all = [candidate({ id: "a" }), candidate({ id: "b" })];
  const mark = { count: 2, digest: "d" };
  take(answer({ rounds, verdicts: {} }, "1", { candidates: { reset: true, items: all, mark } }));
  state.verdicts.set("a", "accepted");
  forget({ keepProject: true });
  assert.deepEqual(
    state.rounds.map(({ accepted }) => accepted),
    [1, 4],
  );
});

test("an answered suggestion stays when a mark changes the figures, and goes with what is left out", () => {
  const beach = score({ anchor_id: "beach", suggested: "b", chosen: true, rank: 1 });
  const candy = score({ anchor_id: "candy", suggested: null, chosen: false, rank: 2 });
  const turned = [
    { ...beach, suggested: null, chosen: false, rank: 2 },
    { ...candy, suggested: "c", chosen: true, rank: 1 },
  ];
  const shown = () => [[...state.suggested.keys()], state.scores.map(({ chosen }) => chosen)];
  state.candidates.set("b", candidate({ id: "b", anchor_id: "beach" }));
  take(answer({ scores: [beach, candy] }));
  state.verdicts.set("b", "accepted");
  take(answer({ scores: turned }, "2"));
  assert.deepEqual(shown(), [["b"], [true, false]]);
  state.verdicts.set("b", "rejected");
  take(answer({ scores: turned }, "3"));
  assert.deepEqual(shown(), [["c"], [false, true]], "the next best is suggested");
});

test("a round is not shown before what was decided in it has come", () => {
  forget();
  state.roundId = "r";
  state.project = project({});
  const parts = { round: round({ id: "r" }), verdicts: { a: /** @type {const} */ ("accepted") } };
  take(answer(parts), { upToDate: false, untouched: false }); // a change of before is on its way
  assert.equal(state.round, null);
  assert.ok(!loaded());
  take(answer(parts, "2"));
  assert.ok(loaded());
  assert.ok(!loaded("another"));
  assert.equal(state.verdicts.get("a"), "accepted");
});
