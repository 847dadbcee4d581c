/** The paths of LoRAs to judge, as people paste them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { pathsIn } from "../../../../assets/ui/reference/form/judged.js";

test("each line is a path, without the quotes of a file manager", () => {
  assert.deepEqual(pathsIn(" /a/ink.safetensors \n\n\"C:\\my loras\\wash.safetensors\"\n'b.safetensors'\n"), [
    "/a/ink.safetensors",
    "C:\\my loras\\wash.safetensors",
    "b.safetensors",
  ]);
  assert.deepEqual(pathsIn(" \n"), []);
});
