/** Written by tools/web_types.py from gal_studio/ui/payloads/types: change the types there. */

import type { Fact, PollAnswer, ProjectKind, ShownPicture } from "./payloads.d.ts";
import type { PatchMap, Runs } from "./payloads_refinement.d.ts";
import type { RoundResult, SheetRow } from "./payloads_measures.d.ts";
import type { Choices, History, Relatives } from "./payloads_choices.d.ts";
import type { Derived, ModelFacts, SeenSets } from "./payloads_form_answers.d.ts";

/** A project in the list; `size` in words for one that is archived. */
export interface ListedProject {
  id: string;
  name: string;
  kind: ProjectKind;
  rounds: number;
  created: string;
  cover: string | null;
  size: string | null;
  /** Why it cannot be shown; empty if it can. */
  broken: string;
}

/** A bundled project. */
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
  settings: Record<ProjectKind, object>;
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

/** All rounds but the shown one. */
export interface OtherRounds {
  rounds: OtherRound[];
}

/** The pictures of one prompt and seed before and after a refinement. */
export interface BeforeAfter {
  before: ShownPicture;
  after: ShownPicture;
}

/** The pictures of a test prompt before and after a refinement. */
export interface ComparedAnchor {
  id: string;
  prompt: string;
  pictures: BeforeAfter[];
}

/** What was painted over a pair. */
export interface StoredPair {
  painting: Runs | null;
  foreground: Runs | null;
  /** Id of the pair's reference, if a subject mask can be painted on it. */
  reference: string | null;
}

/** The mask of a reference. */
export interface StoredMask {
  mask: Runs | null;
  painted: boolean;
  can_undo?: boolean;
  can_redo?: boolean;
}

/** The end of the log, and a bug report. */
export interface LogAnswer {
  facts: Fact[];
  lines: string[];
  output: string[];
  page: string[];
  text: string;
}

/** The projects of the workspace and the bundled ones. */
export interface Overview {
  projects: ListedProject[];
  demos: Demo[];
}

/** What a new project can be made with; `own` are the settings for a model of the user's own. */
export interface Options {
  seed: number;
  own: Record<ProjectKind, object>;
  presets: Preset[];
}

/** What storing a picture would change. */
export interface Checked {
  notes: string[];
}

/** All rounds of a project. */
export interface Results {
  rounds: RoundResult[];
}

/** The pictures of a seed, and how many seeds there are. */
export interface SameSeeds {
  rounds: SameSeed[];
  most: number;
}

/** The maps of a picture, one for each subject. */
export interface PatchMaps {
  maps: PatchMap[];
}

/** The accepted part of a picture. */
export interface PartMask {
  mask: Runs | null;
}

/** The pictures before and after a refinement. */
export interface Compared {
  anchors: ComparedAnchor[];
}

/** The pictures of the test set. */
export interface Sheet {
  rows: SheetRow[];
}

/** A zip in base64. */
export interface Zip {
  zip: string;
}

/** A picture of a free prompt; without a version it waits, or `trouble` says why it cannot be drawn. */
export interface Trial {
  id: string;
  version: string;
  round: string;
  round_name: string;
  prompt: string;
  seed: string;
  guidance: number;
  strength: number;
  trouble: string;
  candidate: string | null;
}

/** The pictures of free prompts of a project, the newest first. */
export interface Trials {
  trials: Trial[];
}

/** Response types of `call` in session.js. */
export interface Answers {
  poll: PollAnswer;
  log: LogAnswer;
  derive: Derived;
  overview: Overview;
  options: Options;
  check: Checked;
  seen: SeenSets;
  model_facts: ModelFacts;
  captions: Zip;
  results: Results;
  test_pictures: Sheet;
  same_seed: SameSeeds;
  other_rounds: OtherRounds;
  patch_maps: PatchMaps;
  part_mask: PartMask;
  pair: StoredPair;
  reference_mask: StoredMask;
  before_after: Compared;
  history: History;
  choices: Choices;
  relatives: Relatives;
  trials: Trials;
}
