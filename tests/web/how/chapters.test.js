/** "How is this computed?": two lines in place, all of it on one page, with images. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const UI = new URL("../../../assets/ui/", import.meta.url);
const files = readdirSync(UI, { recursive: true, encoding: "utf8" });
const page = files
  .filter((name) => name.endsWith("how.html"))
  .map((name) => readFileSync(new URL(name, UI), "utf8"))
  .join("");
const chapters = page.split("<section data-chapter=").slice(1);

test("a chapter is two lines in place", () => {
  assert.equal(chapters.length, 7);
  for (const chapter of chapters) {
    const brief = /<p class="how-brief" hidden>([^<]*)<\/p>/.exec(chapter)?.[1].trim().replace(/\s+/g, " ");
    assert.ok(brief && brief.length <= 140, `${brief} has ${brief?.length} characters`);
    assert.match(chapter, /<p><b>/);
  }
});

test("every chapter is opened from where its figures stand", () => {
  const modules = files.filter((name) => name.endsWith(".js") && !name.startsWith("vendor"));
  const sources = modules.map((name) => readFileSync(new URL(name, UI), "utf8")).join("\n");
  for (const chapter of chapters)
    assert.match(sources, new RegExp(`<\\$\\{How\\} chapter=${chapter.split(">")[0]}`));
  const asked = [...sources.matchAll(/<\$\{How\} chapter=("\w+")/g)].map(([, name]) => name);
  for (const name of asked) assert.ok(page.includes(`data-chapter=${name}`), name);
});

test("a copy, a blend and a good image are shown beside the reference", () => {
  const images = [...page.matchAll(/<img src="how\/(\w+)\.png"/g)].map(([, file]) => file);
  assert.deepEqual(images, ["reference", "copy", "blend", "good"]);
  for (const file of images) assert.ok(existsSync(new URL(`how/${file}.png`, UI)), file);
});
