/** What the download dialog says of a form of a round. */
/** @import { MadeExport, QueuedJob } from "payloads" */

/**
 * The state of a form, and its words; `failed` when its job ended without a file.
 * @param {MadeExport | null} found
 * @param {QueuedJob | null} [job] the export of the round that waits or runs
 * @returns {{ kind: "none" | "working" | "failed" | "made" | "differs", text: string }}
 */
export function lastly(found, job) {
  if (!found) return { kind: "none", text: "" };
  if (found.made) return { kind: found.same ? "made" : "differs", text: found.sentence };
  if (!job) return { kind: "failed", text: "It was not finished. Prepare it again." };
  if (job.state !== "running") return { kind: "working", text: "Waits for its turn" };
  return { kind: "working", text: `${job.doing || job.title}…` };
}
