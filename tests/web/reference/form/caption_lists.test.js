import assert from "node:assert/strict";
import { test } from "node:test";
import { captionsIn, isList, isOtherForm } from "../../../../assets/ui/reference/form/caption_lists.js";

const RIGHT = [
  ["cat.png", "A cat in ink"],
  ["dog.png", "A dog, brown"],
];

test("lists of other trainers are read", () => {
  const rows = [
    { file_name: "Cat.png", text: "A cat\n in ink" },
    { image: "x/dog.png", caption: "A dog, brown" },
  ];
  const lines = rows.map((row) => JSON.stringify(row)).join("\n\n");
  assert.deepEqual(captionsIn("metadata.jsonl", lines), RIGHT);
  const table = 'file_name,text\r\ncat.png,A cat in ink\r\ndog.png,"A dog, brown"\r\n';
  assert.deepEqual(captionsIn("metadata.csv", table), RIGHT);
  const named = { "cat.png": "A cat in ink", "a\\dog.png": { tags: "dog", caption: "A dog, brown" } };
  assert.deepEqual(captionsIn("captions.json", JSON.stringify(named)), RIGHT);
  assert.deepEqual(captionsIn("captions.json", '[{"image": "cat.png"}]'), []);
  const coco = {
    images: [
      { id: 7, file_name: "cat.png" },
      { id: 8, file_name: "dog.png" },
      { id: 9, file_name: "fox.png" },
    ],
    annotations: [
      { image_id: 8, caption: "A dog, brown" },
      { image_id: 7, caption: "A cat in ink" },
      { image_id: 7, caption: "A cat" },
    ],
  };
  assert.deepEqual(captionsIn("captions.json", JSON.stringify(coco)), RIGHT);
});

test("what is no list is refused", () => {
  for (const text of ["[1]", '{"annotations": 3}', "3", '"words"', "{"])
    assert.throws(() => captionsIn("captions.json", text));
});

test("lists are told from other forms and from images", () => {
  assert.ok(
    isList({ name: "Metadata.JSONL" }) &&
      isList({ name: "meta_cap.json" }) &&
      !isOtherForm({ name: "metadata.jsonl" }),
  );
  assert.ok(isOtherForm({ name: "cat.json" }) && !isList({ name: "cat.json" }));
  assert.ok(!isOtherForm({ name: "cat.png" }) && !isList({ name: "cat.png" }));
});
