/** Keys of other layouts: a letter that is Latin is what it says, any other one is its place. */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { isOtherByAlt, isSwitchedOff, pressedKey } from "../../../assets/ui/kit/pressed_key.js";

/** @param {[key: string, code: string]} press */
const pressed = ([key, code]) => pressedKey({ key, code });

/** @type {Record<string, [key: string, code: string, pressed: string][]>} */
const LAYOUTS = {
  Russian: [
    ["ф", "KeyA", "a"],
    ["К", "KeyR", "r"], // caps lock
    ["х", "BracketLeft", "["],
    ["ъ", "BracketRight", "]"],
  ],
  "Arabic, where one key types two letters, and another its own question mark": [
    ["لا", "KeyB", "b"],
    ["؟", "Slash", "?"],
    ["٠", "Digit0", "0"],
  ],
  "Adlam, whose letters are two units of UTF-16": [["𞤢", "KeyA", "a"]],
  "Korean, Thai, Japanese": [
    ["ㅁ", "KeyA", "a"],
    ["พ", "KeyR", "r"],
    ["ち", "KeyA", "a"],
    ["Process", "KeyA", "a"],
  ],
  "French, German, Dvorak: Latin letters are what they say": [
    ["a", "KeyQ", "a"],
    ["q", "KeyA", "q"],
    ["z", "KeyY", "z"],
    ["ü", "BracketLeft", "ü"],
    ["[", "Minus", "["],
    ["+", "BracketRight", "+"],
  ],
  "Georgian, Armenian, Hindi": [
    ["ა", "KeyA", "a"],
    ["ր", "KeyR", "r"],
    ["ो", "KeyA", "a"], // a sign of a vowel, no letter
  ],
  "keys without a letter": [
    ["ArrowRight", "ArrowRight", "ArrowRight"],
    ["Escape", "Escape", "Escape"],
    [" ", "Space", " "],
    ["F", "KeyF", "f"],
    ["F5", "F5", "F5"],
    ["Dead", "KeyA", "Dead"],
  ],
};
for (const [layout, keys] of Object.entries(LAYOUTS))
  test(layout, () => {
    for (const [key, code, wanted] of keys) assert.equal(pressed([key, code]), wanted, `${key} at ${code}`);
  });

test("brackets that need Alt are brackets; a letter with Alt is another one", () => {
  const withAlt = (/** @type {string} */ key) =>
    isOtherByAlt(/** @type {KeyboardEvent} */ ({ altKey: true, key }));
  assert.deepEqual([withAlt("["), withAlt("]"), withAlt("a")], [false, false, true]);
});

afterEach(() => Reflect.deleteProperty(globalThis, "localStorage"));

test("one switch turns letters and signs off, and leaves Ctrl, arrows and Space", () => {
  const off = (/** @type {Partial<KeyboardEvent>} */ event, /** @type {string} */ key) =>
    isSwitchedOff(/** @type {KeyboardEvent} */ (event), key);
  const none = { ctrlKey: false, metaKey: false };
  assert.equal(off(none, "a"), false, "they are on until they are turned off");
  Object.assign(globalThis, { localStorage: { getItem: () => "off" } });
  assert.deepEqual(
    ["a", "?", "[", "0"].map((key) => off(none, key)),
    [true, true, true, true],
  );
  assert.deepEqual(
    [" ", "ArrowLeft", "Enter", "Escape"].map((key) => off(none, key)),
    [false, false, false, false],
  );
  assert.equal(off({ ...none, ctrlKey: true }, "z"), false);
});
