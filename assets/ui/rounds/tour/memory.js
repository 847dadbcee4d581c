/** Whether the tour is still to be shown in this browser: once, in the first demo. */

const KEY = "gal-studio-tour";
const SEEN = "seen";

/**
 * The demo was opened: the tour is shown in it when its pictures are there, unless it was shown before.
 * @param {string} projectId
 */
export function planTour(projectId) {
  try {
    if (localStorage.getItem(KEY) !== SEEN) localStorage.setItem(KEY, projectId);
  } catch {
    /* storage is blocked: the tour is in the list of keys */
  }
}

/** @param {string | null} projectId */
export function tourDue(projectId) {
  try {
    return projectId !== null && localStorage.getItem(KEY) === projectId;
  } catch {
    return false;
  }
}

export function tourSeen() {
  try {
    localStorage.setItem(KEY, SEEN);
  } catch {
    /* it was not due either */
  }
}
