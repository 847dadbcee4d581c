/** What is taken of dropped files and folders, and what is said of the rest. */
import "../../browser.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { MOST_PICTURES, pathOf, taken } from "../../../../assets/ui/reference/form/folder.js";

/** @param {string} path */
function file(path) {
  const name = path.replace(/.*\//, "");
  const type = /\.(png|jpe?g)$/.test(name) ? "image/png" : "";
  return /** @type {File} */ ({ name, type, webkitRelativePath: path === name ? "" : path });
}
/** @param {string[]} paths @param {number} [held] @returns {[string[], string]} */
const takenOf = (paths, held = 0) => {
  const [files, said] = taken(paths.map(file), held);
  return [files.map(pathOf), said];
};

test("files that were chosen by themselves are all taken: the studio says what they are not", () => {
  assert.deepEqual(takenOf(["b.png", "a.heic", "notes.pdf"]), [["b.png", "a.heic", "notes.pdf"], ""]);
});

test("a folder gives its images, captions and masks, numbers in order, and says what else is in it", () => {
  const inside = [
    "10.png",
    "2.png",
    "2.txt",
    "2-masklabel.png",
    "model.ckpt",
    ".DS_Store",
    "x/__MACOSX/._2.png",
  ];
  assert.deepEqual(takenOf(inside.map((name) => `set/${name}`)), [
    ["set/2-masklabel.png", "set/2.png", "set/2.txt", "set/10.png"],
    "Left out: neither image nor caption: set/model.ckpt.",
  ]);
  const many = ["a", "b", "c", "d", "e"].map((name) => `set/${name}.py`);
  assert.match(takenOf(many)[1], /set\/a\.py, set\/b\.py, set\/c\.py and 2 more/);
});

test("an image is known by its ending, whatever the browser calls it", () => {
  const phone = ["IMG_1.HEIC", "IMG_2.hif", "screen.avif", "scan.TIF", "edge.jfif"];
  assert.deepEqual(takenOf(phone.map((name) => `set/${name}`))[1], "");
  const drawn = { name: "icon.svg", type: "image/svg+xml", webkitRelativePath: "set/icon.svg" };
  assert.match(taken([/** @type {File} */ (drawn)], 0)[1], /neither image nor caption: set\/icon\.svg/);
});

test("a data set keeps its folders, its lists and what belongs together", () => {
  const inside = [
    "train/2_fox/deep/er/1.png",
    "train/2_fox/deep/er/1.png.txt", // of both names
    "train/metadata.jsonl",
    "train/.thumbnails/1.png",
    "train/1.png",
  ];
  const [files, said] = takenOf(inside);
  assert.deepEqual(files, [
    "train/1.png",
    "train/2_fox/deep/er/1.png",
    "train/2_fox/deep/er/1.png.txt",
    "train/metadata.jsonl",
  ]);
  assert.equal(said, "");
});

test("what systems leave in folders is nothing that a person left there", () => {
  assert.deepEqual(takenOf(["set/1.png", "set/Thumbs.db", "set/desktop.ini", "set/.DS_Store"]), [
    ["set/1.png"],
    "",
  ]);
});

test("of more images than a project has, the first ones fit", () => {
  const many = Array.from({ length: MOST_PICTURES }, (_, at) => `set/${at}.png`);
  const [files, said] = takenOf(many, 4);
  assert.equal(files.length, MOST_PICTURES - 4);
  assert.equal(said, `Left out: 4 images, since a project has at most ${MOST_PICTURES}.`);
});
