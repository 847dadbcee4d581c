/** What this browser keeps of a person's choices; nothing where its storage is blocked or full. */

const local = () => localStorage;
/** Of this tab alone. */
export const ofTab = () => sessionStorage;

/**
 * @param {string} key
 * @param {() => Storage} [where]
 */
export function kept(key, where = local) {
  try {
    return where().getItem(key);
  } catch {
    return null;
  }
}

/**
 * @param {string} key
 * @param {string | null} value null removes it
 * @param {() => Storage} [where]
 * @returns {boolean} whether it could be kept
 */
export function keep(key, value, where = local) {
  try {
    if (value === null) where().removeItem(key);
    else where().setItem(key, value);
    return true;
  } catch {
    return false;
  }
}
