/** "How is this computed?": two lines in place, all of it on one page, with images. */
import "../browser.js";
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { CHAPTERS, EXAMPLES } from "../../../assets/ui/how/chapters.js";

const UI = new URL("../../../assets/ui/", import.meta.url);

test("a chapter is two lines in place", () => {
  for (const [name, { brief, paragraphs }] of Object.entries(CHAPTERS)) {
    assert.ok(brief.length <= 140, `${name}: ${brief.length} characters`);
    assert.ok(paragraphs.length > 0);
  }
});

test("every chapter is opened from where its figures stand", () => {
  const modules = readdirSync(UI, { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".js") && !name.startsWith("vendor"),
  );
  const sources = modules.map((name) => readFileSync(new URL(name, UI), "utf8")).join("\n");
  for (const name of Object.keys(CHAPTERS))
    assert.match(sources, new RegExp(`<\\$\\{How\\} chapter="${name}"`));
});

test("a copy, a blend and a good image are shown beside the reference", () => {
  assert.deepEqual(
    EXAMPLES.map(([file]) => file),
    ["reference", "copy", "blend", "good"],
  );
  for (const [file] of EXAMPLES) assert.ok(existsSync(new URL(`how/${file}.png`, UI)), file);
});
