/** Written by tools/web_types.py from gal_studio/ui/payloads/types: change the types there. */

import type { CandidateMark, Nothing, ProjectKind, Verdict } from "./payloads.d.ts";
import type { Runs } from "./payloads_refinement.d.ts";

/** What the page has already: the digests of the parts, and the mark of the candidates. */
export interface Known {
  parts?: Record<string, string>;
  candidates?: CandidateMark;
}

/** A poll of the parts that have changed; without a project, of the queue alone. */
export interface Poll {
  project?: string | null;
  round?: string | null;
  known?: Known | null;
}

/** The log, with the settings of a project if one is open. */
export interface Log {
  project?: string | null;
}

/** The prompts of a set of references as they are typed. */
export interface TypedSet {
  trigger_word?: string;
  prompts: (string | null)[];
}

/** What is typed into the form of a new project. */
export interface Derive {
  kind: ProjectKind;
  sets: TypedSet[];
}

/** An uploaded picture with its mask, which was uploaded or painted. */
export interface Check {
  path: string;
  mask?: string | null;
  painted?: Runs | null;
}

/** A picture of a new project with its prompt. */
export interface GivenReference extends Check {
  prompt: string;
}

/** A set of references. */
export interface GivenSet {
  trigger_word?: string;
  references: GivenReference[];
}

/** The form of a new project. */
export interface Create {
  kind: ProjectKind;
  sets: GivenSet[];
  name?: string;
  preset?: string | null;
  base_model?: string | null;
  clip_model?: string | null;
  settings?: Record<string, number | boolean | string | string[] | null> | null;
}

/** A request about a project. */
export interface OfAProject {
  project: string;
}

/** A request about a round. */
export interface OfARound {
  round: string;
}

/** A request about a job. */
export interface OfAJob {
  job: string;
}

/** A request about a candidate. */
export interface OfACandidate {
  candidate: string;
}

/** A request about a pair. */
export interface OfAPair {
  pair: string;
}

/** A request about a reference. */
export interface OfAReference {
  reference: string;
}

/** A request for a demo. */
export interface OfAKind {
  kind: ProjectKind;
}

/** A new name of a project. */
export interface Rename extends OfAProject {
  name: string;
}

/** New values of some settings, by their dotted names. */
export interface Change extends OfAProject {
  settings: Record<string, number | boolean | string | string[] | null>;
}

/** Test prompts to add, one in a line; `only` switches all others off. */
export interface AddAnchors extends OfAProject {
  lines: string[];
  only?: boolean | null;
}

/** Switch a test prompt on or off. */
export interface EnableAnchor {
  anchor: string;
  enabled: boolean;
}

/** A verdict on some candidates. */
export interface Decide {
  candidates: string[];
  verdict: Verdict;
}

/** The part of a candidate that is accepted. */
export interface AcceptInPart extends OfACandidate {
  mask: Runs;
}

/** What is painted over a pair; null removes the paint. */
export interface Paint extends OfAPair {
  mask?: Runs | null;
}

/** Where a reference shows its subject; null lets the studio find it. */
export interface SetMask extends OfAReference {
  mask?: Runs | null;
}

/** What the next round does with a refinement. */
export interface NextRule extends OfAProject {
  rule: "continue" | "repeat";
}

/** Where a job moves in the queue. */
export interface Reorder extends OfAJob {
  direction: "up" | "down" | "first";
}

/** The maps of a candidate or a pair. */
export interface Maps {
  owner: string;
  kind: "quality" | "reproduction" | "shown";
}

/** The pictures of all rounds for a test prompt and a seed, counted from 0. */
export interface OneSeed extends OfAProject {
  anchor: string;
  index: number;
}

/** Requests of `call` in session.js. */
export interface Requests {
  poll: Poll;
  log: Log;
  derive: Derive;
  overview: Nothing;
  options: Nothing;
  check: Check;
  results: OfAProject;
  same_seed: OneSeed;
  patch_maps: Maps;
  part_mask: OfACandidate;
  pair: OfAPair;
  reference_mask: OfAReference;
  before_after: OfARound;
}

/** Requests of `write` in writes.js. */
export interface WriteRequests {
  create: Create;
  try_demo: OfAKind;
  delete: OfAProject;
  change: Change;
  rename: Rename;
  archive: OfAProject;
  restore: OfAProject;
  add_anchors: AddAnchors;
  enable_anchor: EnableAnchor;
  fine_tune: OfARound;
  generate: OfARound;
  next_round: OfARound;
  branch: OfARound;
  make_pairs: OfARound;
  refine: OfARound;
  run_refinement: OfARound;
  judge_quality: OfARound;
  accept: OfARound;
  decide: Decide;
  accept_in_part: AcceptInPart;
  undo: OfARound;
  redo: OfARound;
  paint: Paint;
  undo_painting: OfARound;
  redo_painting: OfARound;
  set_mask: SetMask;
  undo_mask: OfAReference;
  redo_mask: OfAReference;
  next_rule: NextRule;
  stop: OfAJob;
  pause: OfAJob;
  resume: OfAJob;
  preview: OfAJob;
  reorder: Reorder;
}

/** A request whose ids may still be unset: the server refuses it then with a sentence. */
export type Asked<T> = T extends (infer Item)[]
  ? Asked<Item>[]
  : T extends object
    ? { [Key in keyof T]: Asked<T[Key]> | null | undefined }
    : T;
