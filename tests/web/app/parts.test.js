/** The part types match the templates. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const UI = new URL("../../../assets/ui/", import.meta.url);
const text = (/** @type {string} */ path) => readFileSync(new URL(path, UI), "utf8");
const types = text("app/types/parts.d.ts");
/** @type {Record<string, string>} elements whose type is not named after their tag */
const NAMES = {
  a: "Anchor",
  section: "",
  header: "",
  b: "",
  p: "Paragraph",
  ul: "UList",
  ol: "OList",
  fieldset: "FieldSet",
};

/** @param {string} tag */
const typeOf = (tag) => `HTML${NAMES[tag] ?? tag[0].toUpperCase() + tag.slice(1)}Element`;

for (const panel of ["top", "reference", "rounds", "results"]) {
  test(`the parts of the panel ${panel}`, () => {
    const name = `${panel[0].toUpperCase()}${panel.slice(1)}Parts`;
    const body = types.split(`export interface ${name} {`)[1].split("}")[0];
    const typed = [...body.matchAll(/^ {2}"?([\w-]+)"?: (\w+);$/gm)].map(([, part, type]) => [part, type]);
    const found = [...text(`${panel}/${panel}.html`).matchAll(/<(\w+)[^>]*? data-part="([\w-]+)"/g)];
    assert.deepEqual(typed.sort(), found.map(([, tag, part]) => [part, typeOf(tag)]).sort());
  });
}
