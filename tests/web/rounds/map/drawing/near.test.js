/** What the map shows of many points: names that do not overlap, and pictures where there is room. */
/** @import { MapPoint } from "../../../../../assets/ui/rounds/map/drawing/marks.js" */
import "../../../browser.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { state } from "../../../../../assets/ui/app/store.js";
import { clusters, withoutOverlap } from "../../../../../assets/ui/rounds/map/drawing/labels.js";
import { apartEnough, pictureEdge } from "../../../../../assets/ui/rounds/map/drawing/thumbnails.js";

/**
 * @param {Partial<MapPoint>} more
 * @returns {MapPoint}
 */
const point = (more) => ({
  id: `${more.x},${more.y}`,
  key: "x/0",
  anchor: "x",
  at: [0, 0],
  copy: false,
  suggested: false,
  colour: "",
  x: 0,
  y: 0,
  ...more,
});

test("a name stands at the images that match the prompt, not at its copies", () => {
  const [label] = clusters(
    [point({ x: 100, y: 100 }), point({ x: 110, y: 100 }), point({ x: 400, y: 300, copy: true })],
    () => "drum",
  );
  assert.equal(label.text, "drum");
  assert.ok(label.x <= 110 && label.y < 100);
  const [copies] = clusters([point({ x: 400, y: 300, copy: true })], () => "drum");
  assert.equal(copies.x, 400, "where all are copies, at these");
});

test("names do not lie on each other, and the largest groups have theirs", () => {
  const labels = Array.from({ length: 30 }, (_, i) => ({
    anchor: `${i}`,
    text: "a lantern",
    count: 30 - i,
    x: 100,
    y: 100,
  }));
  const placed = withoutOverlap(labels, 500);
  assert.ok(placed.length >= 1 && placed.length < 5);
  assert.equal(placed[0].anchor, "0");
  for (const a of placed)
    for (const b of placed) assert.ok(a === b || Math.abs(a.y - b.y) >= 15, "one above the other");
  assert.ok(withoutOverlap([{ ...labels[0], x: 0 }], 500)[0].x > 20, "not cut off at the edge");
  const beside = [
    { ...labels[0], text: "A jacket" },
    { ...labels[0], text: "A backpack", x: 168 },
  ];
  assert.notEqual(withoutOverlap(beside, 500)[1].y, 100, "names in a wide font do not run into each other");
});

test("a name leaves points and the star visible where there is room beside them", () => {
  const own = [100, 110, 120].map((y) => point({ x: 200, y, anchor: "own" }));
  const others = [0, 1, 2, 3].map((i) => point({ x: 185 + 10 * i, y: 84, anchor: "others" }));
  const labels = clusters(own, () => "A drum");
  const [alone] = withoutOverlap(labels, 500, own);
  assert.ok(alone.y < 100, "above, where nothing else is");
  const [crowded] = withoutOverlap(labels, 500, [...own, ...others]);
  const covers = (/** @type {{ x: number, y: number }} */ label) =>
    [...own, ...others].some(
      ({ x, y }) => Math.abs(x - label.x) < 24 + 6 && y > label.y - 18 && y < label.y + 10,
    );
  assert.ok(!covers(crowded) && covers({ x: alone.x, y: alone.y }), "beside its own points");
  const ringed = { x: alone.x, y: alone.y - 5, ring: 13 };
  const [beside] = withoutOverlap(labels, 500, [...own, ringed]);
  assert.ok(Math.hypot(beside.x - alone.x, beside.y - alone.y) > 13, "not over an image that is marked");
  const star = { x: 200, y: crowded.y, star: true };
  const [clear] = withoutOverlap(labels, 500, [...own, star]);
  assert.ok(Math.abs(clear.y - star.y) > 12);
});

test("points become images when one is near and there is room", () => {
  const size = { width: 500, height: 400 };
  assert.equal(pictureEdge(180, 1, size), 0, "the whole map");
  assert.equal(pictureEdge(0, 5, size), 0);
  assert.equal(pictureEdge(2000, 5, size), 0, "too many");
  assert.ok(pictureEdge(40, 3, size) >= 34);
  assert.ok(pictureEdge(3, 9, size) <= 72);
});

test("images leave each other visible; what is suggested or decided comes first", () => {
  const crowd = Array.from({ length: 50 }, (_, i) => point({ id: `${i}`, x: 100 + i, y: 100 }));
  state.verdicts = new Map([["30", "accepted"]]);
  const kept = apartEnough(crowd, 40);
  assert.equal(kept[0].id, "30");
  for (const a of kept)
    for (const b of kept) assert.ok(a === b || Math.max(Math.abs(a.x - b.x), Math.abs(a.y - b.y)) >= 26);
  assert.ok(kept.length >= 2);
  state.verdicts = new Map();
});

test("a name finds the free place among many points as among few", () => {
  const field = Array.from({ length: 4000 }, (_, i) => ({
    x: 3 + 6 * (i % 80),
    y: 3 + 8 * Math.floor(i / 80),
  }));
  const hole = field.filter(({ x, y }) => Math.abs(x - 240) > 50 || Math.abs(y - 200) > 24);
  const label = { anchor: "x", text: "A drum", count: 9, x: 190, y: 150, at: [{ x: 240, y: 210 }, ...hole] };
  const around = { left: 40, right: 80, top: 50, bottom: 70 };
  assert.equal(withoutOverlap([{ ...label, around }], 480, field).length, 0, "no place is free");
  const [placed] = withoutOverlap([{ ...label, around }], 480, hole);
  const half = (7.5 * label.text.length) / 2;
  const hidden = hole.filter(
    ({ x, y }) => Math.abs(x - placed.x) < half && y > placed.y - 12 && y < placed.y + 4,
  );
  assert.deepEqual(hidden, []);
});
