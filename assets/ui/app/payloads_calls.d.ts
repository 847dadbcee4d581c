/** Responses to calls and writes; keep in sync with gal_studio/ui/panels and gal_studio/ui/api. */

import type { Fact, PictureRef, PollAnswer, ProjectKind, ShownPicture } from "./payloads.d.ts";
import type { SheetRow } from "./payloads_measures.d.ts";
import type { PatchMap, Runs } from "./payloads_refinement.d.ts";

/** What the server derives from one set of references: facts, or a problem. */
export interface DerivedSet {
  facts?: Fact[];
  problem?: string;
}

/** An error or a warning at a part of a set, or, where `set` is null, at another field or a setting. */
export interface FormNote {
  field: string;
  set: number | null;
  tone: "error" | "warning";
  text: string;
}

/** What is noticed of an uploaded picture; with a sentence, `address` is the picture as the model sees it. */
export interface SeenPicture {
  path: string;
  note: string;
  waiting: boolean;
  sentence: string;
  address: string | null;
  model: string;
}

export interface SeenSet {
  note: string;
  pictures: SeenPicture[];
}

export interface Derived {
  notes: FormNote[];
  sets: DerivedSet[];
  anchors: string[];
  name: string;
  problem?: string;
}

/** A project in the list; `size` in words for one that is archived. */
export interface ListedProject {
  id: string;
  name: string;
  kind: ProjectKind;
  rounds: number;
  created: string;
  cover: string | null;
  size: string | null;
}

export interface Demo {
  kind: ProjectKind;
  title: string;
  note: string;
}

/** A model preset, with the settings for both kinds of projects. */
export interface Preset {
  name: string;
  title: string;
  note: string;
  settings: Record<ProjectKind, Record<string, unknown>>;
}

export interface RoundResult {
  id: string;
  name: string;
  parent_id: string | null;
  candidates: number;
  weight: number;
  adapter: boolean;
  accepted: ShownPicture[];
}

/** The picture of one round for a prompt and a seed. */
export interface SameSeed {
  name: string;
  picture: ShownPicture | null;
}

/** The pictures of a round that is not shown, on the map; x and y are null without a place by likeness. */
export interface OtherRound {
  id: string;
  name: string;
  points: [
    anchor: string,
    index: number,
    x: number | null,
    y: number | null,
    similarityReference: number,
    similarityAnchor: number,
  ][];
}

export interface ComparedAnchor {
  id: string;
  prompt: string;
  pictures: { before: ShownPicture; after: ShownPicture }[];
}

export interface StoredPair {
  painting: Runs | null;
  foreground: Runs | null;
  /** Id of the pair's reference, if a subject mask can be painted on it. */
  reference: string | null;
}

export interface StoredMask {
  mask: Runs | null;
  painted: boolean;
  can_undo?: boolean;
  can_redo?: boolean;
}

export interface LogAnswer {
  facts: Fact[];
  lines: string[];
  output: string[];
  text: string;
}

/** A step of the history of decisions; one that does not stand can be redone. */
export interface HistoryStep {
  id: number;
  words: string;
  time: number;
  stands: boolean;
}

export interface ChosenPicture extends PictureRef {
  index: number;
}

/** A decision beside what was suggested then. */
export interface Choice {
  id: number;
  time: number;
  prompt: string;
  kind: "agreed" | "other picture" | "other prompt" | "left out" | "added";
  stands: boolean;
  override: boolean;
  reason: string;
  suggested: ChosenPicture | null;
  chosen: ChosenPicture;
  scores: Record<string, Record<string, number>>;
}

export interface RoundChoices {
  round: string;
  name: string;
  choices: number;
  agreed: number;
  kappa: number | null;
  log: Choice[];
}

/** The offer to learn from overrides, with how often each sampler would have suggested what was chosen. */
export interface Learning {
  overrides: number;
  needed: number;
  on: boolean;
  agreement: { choices: number; learned: number; plain: number } | null;
}

/** The same test prompt and seed in another round. */
export interface Relative {
  round: string;
  name: string;
  picture: ShownPicture;
}

/** Response types of `call` in session.js. */
export interface Answers {
  poll: PollAnswer;
  log: LogAnswer;
  derive: Derived;
  overview: { projects: ListedProject[]; demos: Demo[] };
  options: { seed: number; presets: Preset[] };
  check: { notes: string[] };
  seen: { sets: SeenSet[] };
  captions: { zip: string };
  results: { rounds: RoundResult[] };
  test_pictures: { rows: SheetRow[] };
  same_seed: { rounds: SameSeed[]; most: number };
  other_rounds: { rounds: OtherRound[] };
  patch_maps: { maps: PatchMap[] };
  part_mask: { mask: Runs | null };
  pair: StoredPair;
  reference_mask: StoredMask;
  before_after: { anchors: ComparedAnchor[] };
  history: { steps: HistoryStep[] };
  choices: { rounds: RoundChoices[]; learning: Learning };
  relatives: { rounds: Relative[] };
}

type Nothing = Record<string, never>;
type OfRound = { round: string };
type OfJob = { state: string };

/** Response types of `write` in writes.js. */
export interface WriteAnswers {
  create: { project: string };
  look: { images: Record<string, string> };
  try_demo: { project: string };
  delete: { freed: string };
  change: object;
  rename: { name: string };
  archive: Nothing;
  restore: Nothing;
  add_anchors: { said: string };
  enable_anchor: Nothing;
  fine_tune: OfRound;
  generate: OfRound;
  measure: { job: string };
  measure_all: { jobs: string[] };
  change_test_set: Nothing;
  measure_when: Nothing;
  next_round: OfRound;
  branch: OfRound;
  make_pairs: OfRound;
  refine: OfRound;
  run_refinement: OfRound;
  judge_quality: { job: string };
  accept: { accepted: string[] };
  decide: Nothing;
  accept_in_part: Nothing;
  undo: { changed: string[]; what: string };
  redo: { changed: string[]; what: string };
  go_to: { changed: string[] };
  set_weight: Nothing;
  explain_choice: Nothing;
  learn: Nothing;
  paint: Nothing;
  undo_painting: { changed: boolean };
  redo_painting: { changed: boolean };
  set_mask: Nothing;
  undo_mask: { changed: boolean };
  redo_mask: { changed: boolean };
  next_rule: { rule: string };
  stop: OfJob;
  pause: OfJob;
  resume: OfJob;
  preview: Nothing;
  reorder: Nothing;
}
