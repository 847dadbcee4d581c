/** How far Review is, and how it ends. */
import "../browser.js";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { state } from "../../../assets/ui/app/store.js";
import { countWords, endOf } from "../../../assets/ui/rounds/review/review_words.js";
import { actions, candidate, chip, project, round, score } from "../samples.js";

beforeEach(() => {
  Object.assign(state, {
    roundId: "r",
    project: project({ kind: "style" }),
    rounds: [chip({ id: "r" })],
    round: round({ id: "r", step: "next_round" }),
    job: null,
    parts: { actions: actions({ next: "next_round" }) },
    measures: null,
    candidates: new Map(["a", "b", "c"].map((id) => [id, candidate({ id })])),
    suggested: new Map([["c", score({ suggested: "c" })]]),
    verdicts: new Map([["a", "rejected"]]),
  });
});

test("each answer counts, also where the next in line takes the place of a rejected image", () => {
  assert.equal(countWords(1), "1 left · 1 reviewed");
  state.verdicts.set("b", "accepted");
  assert.equal(countWords(0), "0 left · 2 reviewed");
});

test("the end says what the next round trains on", () => {
  assert.match(endOf().words, /^You accepted none/);
  state.verdicts.set("b", "accepted");
  assert.deepEqual(endOf(), {
    title: "All reviewed",
    words: "You accepted 1 image. The next round trains on it.",
    images: ["b"],
  });
});

test("where the next round is there, nothing more is asked", () => {
  state.parts = { actions: actions({ goes_to: { next_round: "s" } }) };
  state.rounds.push(chip({ id: "s", name: "Round 2", parent_id: "r", empty: true }));
  assert.equal(endOf().title, "All reviewed", "it waits for the choice");
  state.rounds[1] = chip({ id: "s", name: "Round 2", parent_id: "r" });
  assert.equal(endOf().title, "Round 2 already exists");
  assert.match(endOf().words, /What if\?$/);
});

test("what the figures find right is a guess, and the person is to look", () => {
  const image = { candidate_id: "a", anchor_id: "x", reason: "", plain: "" };
  const list = {
    title: "Nothing to suggest: most is well",
    why: "Of 2 test prompts, 1 may have a right image and 1 gives copies.",
    images: [image],
    additions: [],
    bring: "",
    guess: "The studio’s guess: 4 images may be right.",
    sentence: "None.",
    worth: "",
    worth_plain: "",
  };
  Object.assign(state, { suggested: new Map(), verdicts: new Map() });
  state.round = round({ id: "r", shortlist: list });
  assert.equal(endOf().title, list.title);
  assert.match(
    endOf().words,
    /1 gives copies. The studio’s guess: 4 images may be right. In All images, accept/,
  );
  state.round = round({ id: "r", shortlist: { ...list, additions: ["b"], bring: "It brings a prompt." } });
  assert.equal(endOf().words, `${list.why} It brings a prompt.`, "these are offered");
  assert.deepEqual(endOf().images, ["b"]);
  state.round = round({ id: "r", shortlist: { ...list, images: [] } });
  assert.equal(endOf().words, `${list.why} None.`);
});
