/** Written by tools/web_types.py from gal_studio/ui/payloads/types: change the types there. */

import type { Nothing } from "./payloads.d.ts";
import type { AskedModels, Captions, Check, Create, Derive, Look, Seen } from "./payloads_forms.d.ts";
import type {
  AcceptInPart,
  AcceptSuggestion,
  AddAnchors,
  AskReplay,
  ChangeSettings,
  ChangeTestSet,
  Decide,
  EnableAnchor,
  ExplainChoice,
  ExportRound,
  GoTo,
  Learn,
  Log,
  Maps,
  MarkCopies,
  MeasureWhen,
  NextRule,
  NotThisRound,
  OfACandidate,
  OfAJob,
  OfAKind,
  OfAPair,
  OfAProject,
  OfAReference,
  OfARound,
  OfATrial,
  OneSeed,
  Paint,
  Poll,
  Rename,
  RenameRound,
  Reorder,
  SetMask,
  SetWeight,
  StarRound,
  TryPrompt,
} from "./payloads_requests.d.ts";

/** Requests of `call` in session.js. */
export interface Requests {
  poll: Poll;
  log: Log;
  derive: Derive;
  overview: Nothing;
  options: Nothing;
  check: Check;
  seen: Seen;
  model_facts: AskedModels;
  captions: Captions;
  results: OfAProject;
  test_pictures: OfAProject;
  same_seed: OneSeed;
  other_rounds: NotThisRound;
  patch_maps: Maps;
  part_mask: OfACandidate;
  pair: OfAPair;
  reference_mask: OfAReference;
  before_after: OfARound;
  history: OfARound;
  choices: OfAProject;
  relatives: OfACandidate;
  trials: OfAProject;
}

/** Requests of `write` in writes.js. */
export interface WriteRequests {
  create: Create;
  look: Look;
  try_demo: OfAKind;
  delete: OfAProject;
  change: ChangeSettings;
  rename: Rename;
  archive: OfAProject;
  restore: OfAProject;
  add_anchors: AddAnchors;
  enable_anchor: EnableAnchor;
  fine_tune: OfARound;
  generate: OfARound;
  measure: OfARound;
  measure_all: OfAProject;
  export_round: ExportRound;
  replay: AskReplay;
  continue_replay: OfAProject;
  stop_replay: OfAProject;
  change_test_set: ChangeTestSet;
  measure_when: MeasureWhen;
  next_round: OfARound;
  branch: OfARound;
  run_round: OfARound;
  rename_round: RenameRound;
  star_round: StarRound;
  archive_round: OfARound;
  restore_round: OfARound;
  make_pairs: OfARound;
  refine: OfARound;
  run_refinement: OfARound;
  judge_quality: OfARound;
  accept: AcceptSuggestion;
  decide: Decide;
  mark_copies: MarkCopies;
  accept_in_part: AcceptInPart;
  undo: OfARound;
  redo: OfARound;
  go_to: GoTo;
  set_weight: SetWeight;
  explain_choice: ExplainChoice;
  learn: Learn;
  try_prompt: TryPrompt;
  use_trial: OfATrial;
  forget_trial: OfATrial;
  restore_trial: OfATrial;
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
