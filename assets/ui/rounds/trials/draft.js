/** What stands in the form of *Try a prompt* of a project: it is kept in this tab, also over a reload. */

/**
 * `recipe` is null while the round's own is to be used.
 * @typedef {{ early: number, late: number, switch: number }} Strengths
 * @typedef {{ prompt: string, seed: string, guidance: string, recipe: Strengths | null,
 *   count?: string, strengths?: string }} TrialDraft
 */

/** @param {string} project */
const key = (project) => `gal-studio-trial ${project}`;

/**
 * @param {string} project
 * @param {TrialDraft} draft
 */
export function keepTrial(project, draft) {
  try {
    sessionStorage.setItem(key(project), JSON.stringify(draft));
  } catch {
    /* no room, or no storage: it lasts as long as the page */
  }
}

/**
 * The draft of a project, or null; what is not one of ours is left alone.
 * @param {string} project
 * @returns {TrialDraft | null}
 */
export function keptTrial(project) {
  try {
    const found = JSON.parse(sessionStorage.getItem(key(project)) ?? "null");
    return typeof found?.prompt === "string" ? found : null;
  } catch {
    return null;
  }
}
