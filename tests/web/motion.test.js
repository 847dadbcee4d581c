/** What moves on the page: while a training runs, each drawn frame is taken from its processor. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";

const FOLDER = "assets/ui";
const ENDLESS = /animation[^;]*\binfinite\b|transition[^;]*\b(?:all|width|height)\b/;

const styles = readdirSync(FOLDER, { recursive: true, encoding: "utf8" }).filter(
  (path) => path.endsWith(".css") && !path.startsWith("vendor"),
);
const read = (/** @type {string} */ path) => readFileSync(`${FOLDER}/${path}`, "utf8");

test("nothing moves endlessly, and no movement lays the page out again", () => {
  assert.ok(styles.length > 20, "no styles were found");
  const found = styles.filter((path) => ENDLESS.test(read(path)));
  assert.deepEqual(found, []);
});

test("what is cut off cannot be scrolled: a focus inside of it would, and no wheel brings it back", () => {
  const hides = (/** @type {string} */ rule) =>
    /overflow(-[xy])?: hidden/.test(rule) && !/text-overflow|line-clamp/.test(rule); // words alone
  const found = styles.filter((path) => read(path).split("}").some(hides));
  assert.deepEqual(found, []);
});
