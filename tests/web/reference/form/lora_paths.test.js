/** The paths of LoRAs to judge, as people paste them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  copied,
  pathsIn,
  typedIn,
  withPath,
  withTyped,
} from "../../../../assets/ui/reference/form/lora_paths.js";

test("each line is a path, without the quotes of a file manager", () => {
  assert.deepEqual(pathsIn(" /a/ink.safetensors \n\n\"C:\\my loras\\wash.safetensors\"\n'b.safetensors'\n"), [
    "/a/ink.safetensors",
    "C:\\my loras\\wash.safetensors",
    "b.safetensors",
  ]);
  assert.deepEqual(pathsIn(" \n"), []);
});

test("a chosen file comes below the paths", () => {
  assert.equal(withPath("", "/u/ink.safetensors"), "/u/ink.safetensors");
  assert.equal(withPath("/a.safetensors\n\n", "/u/b.safetensors"), "/a.safetensors\n/u/b.safetensors");
});

test("a copy that the studio has is shown by its name, beside what is typed", () => {
  const copy = "upload:c4e79222/ink.safetensors";
  assert.equal(copied(copy), "ink.safetensors");
  assert.equal(copied("/a/ink.safetensors"), null);
  assert.equal(typedIn(`${copy}\n/a/b`), "/a/b");
  assert.equal(withTyped(`/a/b\n${copy}`, "/a/bc\n"), `${copy}\n/a/bc\n`);
  assert.equal(withTyped("", "/a"), "/a");
});
