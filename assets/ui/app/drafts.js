/**
 * What was painted and is not kept: strokes of a brush that was closed, or that the studio refused. By what was
 * painted over, such as "part ID"; nothing painted is lost by going elsewhere on the page.
 */
const drafts = new Map();

export const draftOf = (key) => drafts.get(key) ?? null;

/** Ask for what is stored; once more when a draft was kept meanwhile, for the answer may be older than that. */
export async function askStored(key, ask) {
  const before = draftOf(key);
  const answer = await ask();
  return before && !draftOf(key) ? ask() : answer;
}

export function keepDraft(key, runs) {
  drafts.set(key, runs);
}

/** The studio has kept these runs; what was painted meanwhile stays. */
export function draftKept(key, runs) {
  if (JSON.stringify(drafts.get(key)) === JSON.stringify(runs)) drafts.delete(key);
}
