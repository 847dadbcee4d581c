/** Written by tools/web_types.py from gal_studio/ui/payloads/types: change the types there. */

import type { Refinement } from "./payloads_refinement.d.ts";
import type { Job, Queue } from "./payloads_work.d.ts";
import type { Measures } from "./payloads_measures.d.ts";

export type JobState =
  | "queued"
  | "running"
  | "pausing"
  | "paused"
  | "stopping"
  | "stopped"
  | "interrupted"
  | "completed"
  | "error";

export type RoundKind = "fine_tune" | "refine";

export type Verdict = "accepted" | "rejected" | "undecided";

export type ProjectKind = "style" | "object";

export type Fact = [string, string];

export type Loss = [number, number];

/** A request or an answer without content. */
export type Nothing = Record<string, never>;

/** A picture by its id; the version changes with its content. */
export interface PictureRef {
  id: string;
  version: string;
}

/** A picture that is shown, with its prompt. */
export interface ShownPicture extends PictureRef {
  prompt: string;
  copy: boolean;
}

/** A reference of a project. */
export interface Reference {
  id: string;
  prompt: string;
}

/** A reference, and whether its subject was painted. */
export interface MaskedReference extends Reference {
  mask: boolean;
}

/** An object or a style of a project, with its references. */
export interface Subject {
  trigger: string;
  facts: Fact[];
  references: MaskedReference[];
}

/** A test prompt: `head` is unique to it; all of them share `tail`. */
export interface Anchor {
  id: string;
  prompt: string;
  head: string;
  tail: string;
  enabled?: boolean;
}

export type Settings = {
  tune: { preview_every: number; [name: string]: unknown };
  [section: string]: { [name: string]: unknown };
};

/** Label and explanation of a candidate's score. */
export interface ScoreLabel {
  name: string;
  label: string;
  explanation: string;
}

/** A project: what the top line and step 1 show. */
export interface Project {
  id: string;
  name: string;
  kind: ProjectKind;
  model: string;
  base_model: string;
  triggers: string[];
  references: Reference[];
  subjects: Subject[];
  stands_for: string;
  anchors: Anchor[];
  scores: ScoreLabel[];
  settings: Settings;
  derived: string;
  facts: Fact[];
}

/** A round in the strip. */
export interface RoundChip {
  id: string;
  name: string;
  parent_id: string | null;
  kind: RoundKind;
  step: string;
  accepted: number;
  candidates: number;
  wanted: number;
  cover: PictureRef | null;
  starred: boolean;
  /** Nothing was done in it yet: it can go without a loss. */
  empty: boolean;
}

/** A round that is hidden, with those after it. */
export interface ArchivedRound {
  id: string;
  name: string;
}

/** A picture that was drawn during a training. */
export interface Preview {
  step: number;
  prompt: string;
  version: string;
}

/** How long the next round takes, and what a refinement has to do; seconds are null where untimed. */
export interface Ahead {
  next_seconds: number | null;
  pairs: number;
  steps: number;
  pictures: number;
  refinement_seconds: number | null;
}

/** The round that is shown. */
export interface Round {
  id: string;
  number: number;
  kind: RoundKind;
  step: string;
  trained: boolean;
  pool: Anchor[];
  expected: number;
  complete: boolean;
  /** What finds copies, by the settings. */
  witnesses: "both" | "prompts" | "pictures";
  /** Mean entropy of the test prompts, in [0, ln 2]. */
  openness: number;
  example_weight: number;
  /** Why fewer pictures than asked for are suggested, or none yet. */
  exhausted: string;
  /** Would Fine-tune train anything that is not trained yet? */
  trainable: boolean;
  ahead: Ahead;
  /** What Undo would do, such as "accept A drum 04"; empty for nothing. */
  undo: string;
  redo: string;
  losses: Loss[];
  previews: Preview[];
}

/** Scores of one test prompt; rates in [0, 1], entropy in [0, ln 2]. */
export interface Score {
  anchor_id: string;
  prompt: string;
  head: string;
  n: number;
  copies: number;
  rate: number;
  low: number;
  high: number;
  entropy: number;
  mean_margin: number;
  rank: number | null;
  suggested: string | null;
  chosen: boolean;
  reason: string;
  why: string;
  /** How many better pictures were left out before this one was suggested. */
  left_out: number;
}

/** A candidate, without its verdict and its place on the map. */
export interface Candidate extends ShownPicture {
  anchor_id: string;
  head: string;
  index: number;
  /** Made of a free prompt: no statistic counts it. */
  own: boolean;
  seed: string;
  /** Of the LoRA with which it was drawn. */
  strength: number;
  /** By name; the labels are in `Project.scores`. */
  scores: Record<string, number>;
  margin: number;
  /** Who says that the picture is like the reference; empty if nobody does. */
  copy_by: "" | "prompts" | "pictures" | "both" | "person";
  /** The same, before a person said anything. */
  copy_by_witnesses: "" | "prompts" | "pictures" | "both" | "person";
  /** Whether its patches were compared with the reference, and count. */
  compared: boolean;
  remark: string;
}

/** The parts of a poll response; unchanged parts are omitted. */
export interface Parts {
  project: Project;
  rounds: RoundChip[];
  archived: ArchivedRound[];
  job: Job | null;
  queue: Queue;
  round: Round;
  refinement: Refinement;
  measures: Measures;
  scores: Score[];
  positions: Record<string, [x: number, y: number]>;
  verdicts: Record<string, Verdict>;
  masks: Record<string, string>;
  weights: Record<string, number>;
}

/** How many candidates are known, a digest of them, and what a person calls a copy. */
export interface CandidateMark {
  count: number;
  digest: string;
  marks?: Record<string, boolean>;
}

/** The candidates that the page does not have yet. */
export interface NewCandidates {
  reset: boolean;
  items: Candidate[];
  mark: CandidateMark;
}

/** What has changed since the last poll; `gone` says why the project cannot be shown. */
export interface PollAnswer {
  parts: Partial<Parts>;
  digests: Record<string, string>;
  round: string | null;
  candidates: NewCandidates | null;
  gone?: string;
}

/** Fields that any response may have; an expected error is one sentence. */
export interface Answer {
  error?: string;
}

export type { Job, Queue, QueuedJob } from "./payloads_work.d.ts";
