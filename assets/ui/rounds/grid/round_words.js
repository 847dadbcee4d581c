/** The line above the images: how many are copies, and how many prompts are done. */
/** @import { RoundSummary } from "payloads" */
import { isJudged, state } from "../../app/store.js";

/** @param {{ copies: number, candidates: number }} round */
const share = ({ copies, candidates }) => `${copies} of ${candidates}`;

/**
 * "Copies: 21 of 140 (previous round 116 of 180). 4 of 18 prompts were done before this round."
 * @param {Pick<RoundSummary, "copies" | "candidates"> | null} before
 * @param {{ copies: number, candidates: number }} now
 * @param {{ pool: number, all: number }} prompts drawn by the round, and switched on
 */
export function gainedWords(before, now, { pool, all }) {
  if (!now.candidates) return "";
  const gained =
    before?.candidates && isJudged() ? `Copies: ${share(now)} (previous round ${share(before)}).` : "";
  const done = all - pool;
  const verb = done === 1 ? "was" : "were";
  const earlier = done > 0 ? `${done} of ${all} prompts ${verb} done before this round.` : "";
  return [gained, earlier].filter(Boolean).join(" ");
}

export function roundWords() {
  const { round, rounds, project } = state;
  if (!round || !project) return "";
  const chip = rounds.find(({ id }) => id === round.id);
  const before = rounds.find(({ id }) => id === chip?.parent_id) ?? null;
  const drawn = [...state.candidates.values()].filter(({ own }) => !own);
  const now = { copies: drawn.filter(({ copy }) => copy).length, candidates: drawn.length };
  const all = project.anchors.filter(({ enabled }) => enabled).length;
  return [gainedWords(before, now, { pool: round.pool.length, all }), round.rule].filter(Boolean).join(" ");
}
