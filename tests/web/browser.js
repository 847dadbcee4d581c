/** What modules of the page expect of a browser while they are loaded; import it before them. */

/** @type {Map<string, (event: object) => void>} */
const listeners = new Map();
/** @type {Map<string, string>} */
const notes = new Map();

Object.assign(globalThis, {
  addEventListener: (/** @type {string} */ type, /** @type {(event: object) => void} */ act) =>
    listeners.set(type, act),
  document: { addEventListener() {}, hidden: false },
  location: { href: "http://studio/", search: "", reload() {} },
  sessionStorage: {
    getItem: (/** @type {string} */ key) => notes.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => notes.set(key, value),
    removeItem: (/** @type {string} */ key) => notes.delete(key),
  },
});

/**
 * Tell the page of an event of its window.
 * @param {string} type
 * @param {object} [event]
 */
export const tell = (type, event = {}) => listeners.get(type)?.({ preventDefault() {}, ...event });
