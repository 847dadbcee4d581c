/** Browser globals that the page's modules need when they load; import this file first. */

/** @type {Map<string, (event: object) => void>} */
const listeners = new Map();
/** @type {Map<string, string>} */
const notes = new Map();

Object.assign(globalThis, {
  addEventListener: (/** @type {string} */ type, /** @type {(event: object) => void} */ act) =>
    listeners.set(type, act),
  document: { addEventListener() {}, hidden: false, documentElement: { dataset: {} } },
  matchMedia: () => ({ matches: false, addEventListener() {} }),
  location: { href: "http://studio/", search: "", reload() {} },
  sessionStorage: {
    getItem: (/** @type {string} */ key) => notes.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => notes.set(key, value),
    removeItem: (/** @type {string} */ key) => notes.delete(key),
  },
});

/**
 * Dispatch an event to the page's window listeners.
 * @param {string} type
 * @param {object} [event]
 */
export const tell = (type, event = {}) => listeners.get(type)?.({ preventDefault() {}, ...event });
