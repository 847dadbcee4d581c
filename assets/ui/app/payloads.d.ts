/** Payload types; keep in sync with gal_studio/ui/payloads and gal_studio/ui/api/polling.py. */

import type { Measures } from "./payloads_measures.d.ts";
import type { Refinement } from "./payloads_refinement.d.ts";
import type { Job, Queue } from "./payloads_work.d.ts";

export type ProjectKind = "style" | "object";
export type RoundKind = "fine_tune" | "refine";
export type Verdict = "accepted" | "rejected" | "undecided";

/** A name and its value, both as display text. */
export type Fact = [name: string, value: string];
/** Step and loss. */
export type Loss = [step: number, loss: number];

/** A picture by its id; the version changes with its content. */
export interface PictureRef {
  id: string;
  version: string;
}

export interface ShownPicture extends PictureRef {
  prompt: string;
  copy: boolean;
}

export interface Reference {
  id: string;
  prompt: string;
}

export interface Subject {
  trigger: string;
  facts: Fact[];
  references: (Reference & { mask: boolean })[];
}

/** A test prompt: `head` is unique to it; all of them share `tail`. */
export interface Anchor {
  id: string;
  prompt: string;
  head: string;
  tail: string;
  enabled?: boolean;
}

/** Settings by their dotted names, see kit/settings_fields.js. */
export interface Settings {
  tune: { preview_every: number; [name: string]: unknown };
  [section: string]: { [name: string]: unknown };
}

/** Label and explanation of a candidate's score. */
export interface ScoreLabel {
  name: string;
  label: string;
  explanation: string;
}

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
}

export interface Preview {
  step: number;
  prompt: string;
  version: string;
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
  /** What Undo and Redo would do, such as "accept A drum 04"; empty for nothing. */
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

export interface Candidate extends ShownPicture {
  anchor_id: string;
  head: string;
  index: number;
  seed: string;
  /** By name; the labels are in `Project.scores`. */
  scores: Record<string, number>;
  margin: number;
  /** Who says that the picture is like the reference; empty if nobody does. */
  copy_by: "" | "prompts" | "pictures" | "both";
  /** Whether its patches were compared with the reference, and count. */
  compared: boolean;
  remark: string;
}

/** The parts of a poll response; unchanged parts are omitted. */
export interface Parts {
  project: Project;
  rounds: RoundChip[];
  job: Job | null;
  queue: Queue;
  measures: Measures;
  round: Round;
  refinement: Refinement;
  scores: Score[];
  positions: Record<string, [number, number]>;
  verdicts: Record<string, Verdict>;
  masks: Record<string, string>;
  weights: Record<string, number>;
}

/** How many candidates of each test prompt are known, and a digest of them. */
export interface CandidateMark {
  counts: Record<string, number>;
  digest: string;
}

export interface NewCandidates {
  reset: boolean;
  items: Candidate[];
  mark: CandidateMark;
}

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
