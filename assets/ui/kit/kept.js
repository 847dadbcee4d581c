/** What this browser keeps of a person's choices; nothing where its storage is blocked or full. */

/**
 * The mark of the workspace whose page this is; "" outside of a page. An address can have several: one after
 * another, or under several paths.
 */
export const workspace = () =>
  document.querySelector?.('meta[name="gal-studio-workspace"]')?.getAttribute("content") ?? "";
/** The name under which something of this workspace alone is kept. @param {string} key */
export const ofWorkspace = (key) => [key, workspace()].filter(Boolean).join("-");
/** Of all tabs. */
export const ofBrowser = () => localStorage;
/** Of this tab alone. */
export const ofTab = () => sessionStorage;

/**
 * @param {string} key
 * @param {() => Storage} [where]
 */
export function kept(key, where = ofBrowser) {
  try {
    return where().getItem(key);
  } catch {
    return null;
  }
}

/**
 * An object that was kept as JSON; an empty one if there is none, or it cannot be read.
 * @param {string} key
 * @param {() => Storage} [where]
 */
export function keptObject(key, where = ofBrowser) {
  try {
    return Object(JSON.parse(kept(key, where) ?? "{}"));
  } catch {
    return {};
  }
}

/**
 * @param {string} key
 * @param {string | null} value null removes it
 * @param {() => Storage} [where]
 * @returns {boolean} whether it could be kept
 */
export function keep(key, value, where = ofBrowser) {
  try {
    if (value === null) where().removeItem(key);
    else where().setItem(key, value);
    return true;
  } catch {
    return false;
  }
}
