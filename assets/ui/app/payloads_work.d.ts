/** Payload types of jobs and their queue; keep in sync with gal_studio/ui/payloads/work.py. */

export type JobState =
  | "queued"
  | "running"
  | "pausing"
  | "stopping"
  | "paused"
  | "stopped"
  | "interrupted"
  | "error"
  | "completed";

/** Display text of a job: `title` for the whole job, `doing` for the current phase if it has its own text. */
interface JobWords {
  title: string;
  doing: string;
  unit: string;
  /** It lets every other job go first. */
  background: boolean;
}

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
}

export interface Queue {
  working: QueuedJob[];
  waiting: QueuedJob[];
  halted: QueuedJob[];
}
