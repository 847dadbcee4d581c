/** The line above the pictures: what the round gained in copies, and why it draws fewer test prompts. */
/** @import { RoundSummary } from "payloads" */
import { state } from "../../app/store.js";

/**
 * "Copies: 116 of 180 before, 21 of 140 now. 14 of 18 test prompts: 4 have an accepted picture."
 * @param {Pick<RoundSummary, "copies" | "candidates"> | null} before
 * @param {{ copies: number, candidates: number }} now
 * @param {{ pool: number, all: number }} prompts drawn by the round, and switched on
 */
export function gainedWords(before, now, { pool, all }) {
  if (!now.candidates) return "";
  const gained = before?.candidates
    ? `Copies: ${before.copies} of ${before.candidates} before, ${now.copies} of ${now.candidates} now.`
    : "";
  const accepted = all - pool;
  const have = accepted === 1 ? "1 has" : `${accepted} have`;
  const drawn = accepted > 0 ? `${pool} of ${all} test prompts: ${have} an accepted picture.` : "";
  return [gained, drawn].filter(Boolean).join(" ");
}

/** The line for the round that is open. */
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
