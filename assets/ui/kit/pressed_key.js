/** Which key of a shortcut was pressed, and whether a key alone may be one. */
import { keep, kept } from "./kept.js";

/** @type {Partial<Record<string, string>>} signs by their place on a US keyboard */
const SIGNS = { BracketLeft: "[", BracketRight: "]", Slash: "?" };

/**
 * What a key types, a letter as a small one; where that is not Latin, what a US keyboard has in its place.
 * @param {{ key: string, code: string }} event
 */
export function pressedKey({ key, code }) {
  // an input method took what is called Process
  const isLatin = /^[\p{ASCII}\p{Script=Latin}]+$/u.test(key) && key !== "Process";
  if (isLatin) return key.length === 1 ? key.toLowerCase() : key;
  return SIGNS[code] ?? /^(?:Key|Digit)(.)$/.exec(code)?.[1].toLowerCase() ?? key;
}

/** Does Alt make another key of it? It types brackets on many keyboards. @param {KeyboardEvent} event */
export const isOtherByAlt = ({ altKey, key }) => altKey && !"[]".includes(key);

const SWITCH = "gal-studio-single-keys";
export const singleKeys = () => kept(SWITCH) !== "off";

/** Letters and signs act by themselves, or only with Ctrl; people who dictate need the latter. */
export function turnSingleKeys(/** @type {boolean} */ on) {
  keep(SWITCH, on ? null : "off");
  showSingleKeys();
}

/** Without single keys their hints are hidden. */
export const showSingleKeys = () =>
  document.documentElement.toggleAttribute("data-no-single-keys", !singleKeys());

/**
 * Is it a letter or sign alone, while these are off?
 * @param {KeyboardEvent} event
 * @param {string} key
 */
export const isSwitchedOff = (event, key) =>
  /^[^ ]$/u.test(key) && !event.ctrlKey && !event.metaKey && !singleKeys();
