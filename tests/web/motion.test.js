/** What moves on the page: while a training runs, each drawn frame is taken from its processor. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";

const FOLDER = "assets/ui";
const ENDLESS = /animation[^;]*\binfinite\b|transition[^;]*\b(?:all|width|height)\b/;

test("nothing moves endlessly, and no movement lays the page out again", () => {
  const styles = readdirSync(FOLDER, { recursive: true, encoding: "utf8" }).filter(
    (path) => path.endsWith(".css") && !path.startsWith("vendor"),
  );
  assert.ok(styles.length > 20, "no styles were found");
  const found = styles.filter((path) => ENDLESS.test(readFileSync(`${FOLDER}/${path}`, "utf8")));
  assert.deepEqual(found, []);
});
