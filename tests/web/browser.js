/** What modules of the page expect of a browser while they are loaded; import it before them. */
const listeners = new Map();
globalThis.addEventListener = (type, act) => listeners.set(type, act);
globalThis.document = { addEventListener() {}, hidden: false };
globalThis.location = { href: "http://studio/", search: "", reload() {} };
const notes = new Map();
globalThis.sessionStorage = {
  getItem: (key) => notes.get(key) ?? null,
  setItem: (key, value) => notes.set(key, value),
  removeItem: (key) => notes.delete(key),
};

/** Tell the page of an event of its window. */
export const tell = (type, event = {}) => listeners.get(type)?.({ preventDefault() {}, ...event });
