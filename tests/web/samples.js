/** Factories of complete payloads; a test overrides only the fields that it is about. */
/** @import { Actions, Anchor, Candidate, Change, Figures, Job, MeasuredRound, Measures } from "payloads" */
/** @import { Project, Queue, QueuedJob, Round, RoundSummary, Score } from "payloads" */

import { TAUGHT } from "../../assets/ui/app/kinds.js";

Object.assign(TAUGHT, {
  style: {
    is_subject: false,
    has_trigger_word: false,
    one: "A style",
    called: "the style",
    images: "one image is enough",
    repeats: "shows the reference",
    prompt: "A cat in bold outline style",
    anchor: "A lighthouse {}",
  },
  object: {
    is_subject: true,
    has_trigger_word: true,
    one: "An object",
    called: "the object",
    images: "3 to 6 images of the same thing",
    repeats: "same place as the reference",
    prompt: "A <cute-cat> cat on the stairs",
    anchor: "{} on a bridge",
  },
});

/**
 * @param {Partial<Anchor>} [more]
 * @returns {Anchor}
 */
export const anchor = (more) => ({
  id: "x",
  prompt: "A cat",
  head: "cat",
  tail: "",
  enabled: true,
  colour: "#2f80a8",
  ...more,
});

/**
 * @param {Partial<Candidate>} [more]
 * @returns {Candidate}
 */
export const candidate = (more) => ({
  id: "c",
  version: "12345678",
  prompt: "A cat",
  copy: false,
  anchor_id: "x",
  head: "cat",
  index: 0,
  number: "image 1",
  own: false,
  seed: "1",
  recipe: "",
  strength: 1,
  scores: {},
  margin: 0.1,
  copy_by: "",
  copy_by_detectors: "",
  compared: true,
  missing: [],
  remark: "",
  ...more,
});

/**
 * @param {Partial<Score>} [more]
 * @returns {Score}
 */
export const score = (more) => ({
  anchor_id: "x",
  prompt: "A cat",
  head: "cat",
  n: 10,
  copies: 5,
  rate: 0.5,
  low: 0.2,
  high: 0.8,
  entropy: Math.LN2,
  rank: 1,
  suggested: null,
  chosen: false,
  reason: "",
  why: "",
  turn: null,
  left_out: 0,
  brief: "",
  plain: "",
  ...more,
});

/** What a round answers that is trained on the references. */
const FINE_TUNED = {
  tunes: true,
  refines: false,
  with_references: false,
};
/** What a refinement answers. */
export const REFINED = {
  tunes: false,
  refines: true,
  with_references: false,
};
/** What Round 0 answers. */
export const INSTANT = {
  tunes: false,
  refines: false,
  with_references: true,
};

/**
 * @param {Partial<Actions>} [more]
 * @returns {Actions}
 */
export const actions = (more) => ({ next: "", there: [], closed: {}, goes_to: {}, by_itself: "", ...more });

/**
 * @param {Partial<Round>} [more]
 * @returns {Round}
 */
export const round = (more) => ({
  id: "r",
  number: 1,
  ...FINE_TUNED,
  step: "accept",
  trained: true,
  source: "",
  pool: [],
  each: 10,
  most: 180,
  shortlist: null,
  mark_effect: { marks: 0, copies: [], cleared: [], elsewhere: 0 },
  coming: {},
  ladder: [],
  rule: "",
  complete: true,
  copy_detectors: "both",
  mean_entropy: 0.5,
  example_weight: 0.5,
  next_seconds: null,
  summary: "",
  check: "",
  repeats: "",
  closed: {},
  undo: "",
  redo: "",
  recipe: { early: 1, late: 1, switch: 0, words: "" },
  losses: [],
  previews: [],
  validations: [],
  steps: { kept: [], usual: [], used: null, why_none: "" },
  trains_on: [],
  ...more,
});

/**
 * @param {Partial<RoundSummary>} [more]
 * @returns {RoundSummary}
 */
export const chip = (more) => ({
  project_id: "p",
  number: 1,
  adapter: null,
  created: 0,
  title: "",
  starred: false,
  archived: false,
  ends_at: null,
  suggested: 3,
  empty: false,
  aside: false,
  doubt: "",
  copy_of: null,
  changes: "{}",
  seed: null,
  difference: "",
  kept: null,
  id: "r",
  name: "Round 1",
  parent_id: null,
  kind: "fine_tune",
  refines: false,
  made_by: "next_round",
  step: "wait",
  accepted: 0,
  candidates: 0,
  copies: 0,
  wanted: 3,
  cover: null,
  source: "",
  ...more,
});

/**
 * @param {Partial<Job>} [more]
 * @returns {Job}
 */
export const job = (more) => ({
  preview_wanted: false,
  kept: null,
  lost_model: "",
  id: "j",
  kind: "fine_tune",
  round_id: "r",
  state: "running",
  phase: "fine_tune",
  done: 40,
  total: 200,
  title: "Training",
  doing: "",
  now: "Training",
  progress: "40 / 200",
  reached: "40 of 200 steps",
  background: false,
  finished: "The model is trained",
  pace: "",
  message: "",
  worker_alive: true,
  paused_for: "",
  ...more,
});

/**
 * @param {Partial<QueuedJob>} [more]
 * @returns {QueuedJob}
 */
export const queued = (more) => ({
  expected_seconds: null,
  id: "j",
  kind: "fine_tune",
  round_id: "r",
  round_name: "Round 1",
  project_id: "p",
  project_name: "Cat",
  state: "queued",
  phase: "",
  done: 0,
  total: 0,
  message: "",
  paused_for: "",
  title: "Training",
  doing: "",
  now: "Training",
  progress: "",
  reached: "",
  background: false,
  behind: "",
  coming: "training",
  can_rise: false,
  can_sink: false,
  ...more,
});

/**
 * @param {Partial<Queue>} [more]
 * @returns {Queue}
 */
export const queue = (more) => ({ working: [], waiting: [], halted: [], ...more });

/**
 * @param {Partial<Project>} [more]
 * @returns {Project}
 */
export const project = (more) => ({
  id: "p",
  name: "Cat",
  kind: "style",
  model: "pocket",
  base_model: "pocket",
  made_with: { preset: "pocket", base_model: "", clip_model: "" },
  triggers: ["ink"],
  references: [],
  subjects: [],
  offered: [],
  scores: [],
  stands_for: "{}",
  example: "A lighthouse {}",
  anchors: [],
  settings: { tune: { preview_every: 0 } },
  fields: [],
  draws_without_training: false,
  judges: false,
  derived: "",
  facts: [],
  ...more,
});

/**
 * @param {Partial<Change>} [more]
 * @returns {Change}
 */
export const change = (more) => ({
  value: 0.5,
  low: 0.4,
  high: 0.6,
  pictures: 24,
  prompts: 12,
  p: 0.01,
  verdict: "better",
  ...more,
});

/**
 * @param {Partial<Figures>} [more]
 * @returns {Figures}
 */
export const report = (more) => ({
  judged: 24,
  as_asked: 18,
  no_copy: 18,
  copies: 6,
  pictures: 24,
  figures: {
    as_asked: change({ value: 0.75 }),
    copies: change({ value: 0.25 }),
    no_copy: change({ value: 0.75 }),
    clip_t: change({ value: 0.4 }),
    clip_i: change({ value: 0.6 }),
  },
  changes: {},
  since_first: {},
  gain: change(),
  learned: null,
  learned_change: null,
  looks: {},
  whole: 0,
  leak: null,
  ...more,
});

/**
 * @param {Partial<MeasuredRound>} [more]
 * @returns {MeasuredRound}
 */
export const measuredRound = (more) => ({
  id: "r",
  name: "Round 1",
  parent_id: null,
  trained: true,
  drawn: 24,
  wanted: 24,
  accepted: 0,
  report: report(),
  schedules: [],
  setting: { early: 1, late: 1, switch: 0 },
  setting_words: "full strength",
  gain: change(),
  gain_setting: "full strength",
  gain_change: null,
  since_first: {},
  ...more,
});

/**
 * @param {Partial<Measures>} [more]
 * @returns {Measures}
 */
export const measures = (more) => ({
  is_chosen: true,
  by_eye: false,
  blind: [],
  agreed: "",
  winners: [],
  chosen: {
    seeds: 2,
    steps: 25,
    guidance_scale: 7.5,
    resolution: null,
    measured: "auto",
  },
  prompts: ["A house in ink style"],
  left_out: [],
  carry_over: [],
  asking: [],
  called: "in ink style",
  best: null,
  headline: "",
  plain: "",
  sentence: "",
  setting: { early: 1, late: 1, switch: 0 },
  constant: "",
  rivals: [],
  warnings: [],
  words: {
    columns: [],
    counted: [],
    rounds: {},
    lacking: "",
    not_counted: "",
    progress: "",
    earlier: [],
    sheet: [],
    place: "",
  },
  rounds: [measuredRound({ id: null, name: "Base model" }), measuredRound()],
  ...more,
});
