/** Written by tools/web_types.py from gal_studio/ui/payloads/types: change the types there. */

import type { Nothing } from "./payloads.d.ts";

/** The project that was created. */
export interface OfProject {
  project: string;
}

/** How much of the disk was freed. */
export interface Freed {
  freed: string;
}

/** The name that a project has now. */
export interface Named {
  name: string;
}

/** What has changed, in words. */
export interface Said {
  said: string;
}

/** The job that was requested. */
export interface Requested {
  job: string;
}

/** The jobs that were requested. */
export interface RequestedAll {
  jobs: string[];
}

/** The pictures that were accepted. */
export interface Accepted {
  accepted: string[];
}

/** The pictures that changed. */
export interface Changed {
  changed: string[];
}

/** The pictures that changed, and what was undone or redone, in words. */
export interface Undone extends Changed {
  what: string;
}

/** The picture that was asked for. */
export interface Tried {
  trial: string;
}

/** The candidate that was made of a picture, and its round. */
export interface Used {
  candidate: string;
  round: string;
}

/** What an undo changed, if anything. */
export interface ChangedOne {
  changed: string | boolean | null;
}

/** What the next round does with a refinement. */
export interface Rule {
  rule: string;
}

/** The round to show next. */
export interface OfRound {
  round: string;
}

/** The round before it, which is shown instead; null for none. */
export interface Before {
  before: string | null;
}

/** The state of the job. */
export interface OfJob {
  state: string;
}

/** The hash of each picture, by which the studio knows it. */
export interface Looked {
  images: Record<string, string>;
}

/** Response types of `write` in writes.js. */
export interface WriteAnswers {
  create: OfProject;
  look: Looked;
  try_demo: OfProject;
  delete: Freed;
  change: object;
  rename: Named;
  archive: Nothing;
  restore: Nothing;
  add_anchors: Said;
  enable_anchor: Nothing;
  fine_tune: OfRound;
  generate: OfRound;
  measure: Requested;
  measure_all: RequestedAll;
  export_round: Requested;
  replay: OfProject;
  continue_replay: RequestedAll;
  stop_replay: RequestedAll;
  change_test_set: Nothing;
  measure_when: Nothing;
  next_round: OfRound;
  branch: OfRound;
  run_round: OfRound;
  rename_round: Named;
  star_round: Nothing;
  archive_round: Before;
  restore_round: Nothing;
  make_pairs: OfRound;
  refine: OfRound;
  run_refinement: OfRound;
  judge_quality: Requested;
  accept: Accepted;
  decide: Nothing;
  mark_copies: Nothing;
  accept_in_part: Nothing;
  undo: Undone;
  redo: Undone;
  go_to: Changed;
  set_weight: Nothing;
  explain_choice: Nothing;
  learn: Nothing;
  try_prompt: Tried;
  use_trial: Used;
  forget_trial: Nothing;
  restore_trial: Nothing;
  paint: Nothing;
  undo_painting: ChangedOne;
  redo_painting: ChangedOne;
  set_mask: Nothing;
  undo_mask: ChangedOne;
  redo_mask: ChangedOne;
  next_rule: Rule;
  stop: OfJob;
  pause: OfJob;
  resume: OfJob;
  preview: Nothing;
  reorder: Nothing;
}
