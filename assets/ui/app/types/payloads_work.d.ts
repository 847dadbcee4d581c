/** Written by tools/web_types.py from gal_studio/ui/payloads/types: change the types there. */

import type { JobState } from "./payloads.d.ts";

/** Display text of a job: `title` for all of it, `doing` for the current phase if it has its own. */
export interface JobWords {
  title: string;
  doing: string;
  unit: string;
  /** It keeps nothing else from being requested. */
  background: boolean;
}

/** The current job of a project. */
export interface Job extends JobWords {
  id: string;
  kind: string;
  round_id: string;
  state: JobState;
  phase: string;
  done: number;
  total: number;
  finished: string;
  rate: number | null;
  seconds_left: number | null;
  message: string;
  worker_alive: boolean;
  paused_for: string;
  /** A preview of the training is drawn now or at the next step. */
  preview_wanted: boolean;
}

/** A job in the queue of all projects. */
export interface QueuedJob extends JobWords {
  id: string;
  kind: string;
  round_id: string;
  round_name: string;
  project_id: string;
  project_name: string;
  state: JobState;
  phase: string;
  done: number;
  total: number;
  message: string;
  paused_for: string;
  waits_for: string[];
  /** `waits_for` as display text. */
  behind: string;
  can_rise: boolean;
  can_sink: boolean;
  /** The steps or pictures that it has to do; 0 if unknown. */
  amount: number;
  expected_seconds: number | null;
}

/** The jobs of all projects. */
export interface Queue {
  working: QueuedJob[];
  waiting: QueuedJob[];
  halted: QueuedJob[];
}
