/** Written by tools/web_types.py from gal_studio/ui/payloads/types: change the types there. */

import type { CandidateMark, ProjectKind, Verdict } from "./payloads.d.ts";
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

/** A request about a project. */
export interface OfAProject {
  project: string;
}

/** A request about a round. */
export interface OfARound {
  round: string;
}

/** The form in which a round is exported. */
export interface ExportRound extends OfARound {
  form: "diffusers" | "kohya" | "comfyui";
}

/** A new name of a round; empty for the one by its number. */
export interface RenameRound extends OfARound {
  name: string;
}

/** Whether a round has a star. */
export interface StarRound extends OfARound {
  starred: boolean;
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

/** A free prompt for a round to draw; the seed is a whole number as text. */
export interface TryPrompt extends OfARound {
  prompt: string;
  seed: string;
  guidance: number;
  strength: number;
}

/** A request about a picture of a free prompt. */
export interface OfATrial {
  trial: string;
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
export interface ChangeSettings extends OfAProject {
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

/** The held-out prompts and how many pictures each gets. */
export interface ChangeTestSet extends OfAProject {
  prompts: string[];
  seeds: number | boolean | string | string[] | null;
}

/** The policy under which the line through a round is drawn again. */
export interface AskReplay extends OfARound {
  policy: string;
}

/** When rounds are measured. */
export interface MeasureWhen extends OfAProject {
  when: string;
}

/** A verdict on some candidates. */
export interface Decide {
  candidates: string[];
  verdict: Verdict;
}

/** The suggested candidates that the page shows. */
export interface AcceptSuggestion extends OfARound {
  candidates: string[];
}

/** Whether some candidates are copies; null leaves it to the witnesses. */
export interface MarkCopies {
  candidates: string[];
  copy: boolean | null;
}

/** The step of the history to go back or forward to; null for its beginning. */
export interface GoTo extends OfARound {
  step?: number | null;
}

/** The weight of an accepted picture; null for the settings' own. */
export interface SetWeight extends OfACandidate {
  weight?: number | null;
}

/** The reason of a choice. */
export interface ExplainChoice extends OfARound {
  choice: number;
  reason: string;
}

/** Whether suggestions follow what was learned from the choices. */
export interface Learn extends OfAProject {
  on: boolean;
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
