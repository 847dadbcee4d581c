/** Line length of scripts and styles. The formatter does not wrap comments and strings. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";

const LIMIT = 110; // characters, as in Python
const FOLDERS = ["assets/ui", "tests/web"];

/** @param {string} folder */
const sources = (folder) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.(js|ts|css)$/.test(path) && !path.startsWith("vendor"))
    .map((path) => `${folder}/${path}`);

test(`no line is longer than ${LIMIT} characters`, () => {
  const files = FOLDERS.flatMap(sources);
  assert.ok(files.length > 100, "no files were found");
  const long = files.flatMap((file) =>
    readFileSync(file, "utf8")
      .split("\n")
      .flatMap((line, i) => ([...line].length > LIMIT ? [`${file}:${i + 1}: ${[...line].length}`] : [])),
  );
  assert.deepEqual(long, []);
});
