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

/** The prompts of a set as they are typed, the field of each, and how many pictures there are. */
export interface TypedSet {
  trigger_word?: string;
  prompts: (string | null)[];
  places?: string[];
  pictures?: number;
}

/** The preset, or a model of the user's own. */
export interface ChosenModel {
  preset?: string | null;
  base_model?: string | null;
  clip_model?: string | null;
}

/** What is typed into the form of a new project; `final` when it is sent. */
export interface Derive extends ChosenModel {
  kind: ProjectKind;
  sets: TypedSet[];
  name?: string;
  final?: boolean;
  settings?: Record<string, number | boolean | string | string[] | null> | null;
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

/** An uploaded picture with its name, and the hash by which the studio knows it once it was looked at. */
export interface UploadedPicture {
  path: string;
  name: string;
  image?: string | null;
}

/** The pictures of each set, and the model that is to see them. */
export interface Seen extends ChosenModel {
  sets: UploadedPicture[][];
  settings?: Record<string, number | boolean | string | string[] | null> | null;
}

/** Uploaded pictures that a model is to look at. */
export interface Look extends ChosenModel {
  paths: string[];
  settings?: Record<string, number | boolean | string | string[] | null> | null;
}

/** The caption of a picture. */
export interface Caption {
  name: string;
  caption: string;
}

/** The captions of the form, to be saved. */
export interface Captions {
  captions: Caption[];
}

/** The form of a new project. */
export interface Create extends ChosenModel {
  kind: ProjectKind;
  sets: GivenSet[];
  name?: string;
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

/** The rounds of a project but the shown one. */
export interface NotThisRound extends OfAProject {
  round?: string | null;
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
  seen: Seen;
  captions: Captions;
  results: OfAProject;
  same_seed: OneSeed;
  other_rounds: NotThisRound;
  patch_maps: Maps;
  part_mask: OfACandidate;
  pair: OfAPair;
  reference_mask: OfAReference;
  before_after: OfARound;
}

/** Requests of `write` in writes.js. */
export interface WriteRequests {
  create: Create;
  look: Look;
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
