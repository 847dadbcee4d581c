/** What the map shows of many points: names that do not overlap, and images where there is room. */
/** @import { MapPoint } from "../../../../assets/ui/rounds/map/points.js" */
import "../../browser.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { state } from "../../../../assets/ui/app/store.js";
import { namesOf } from "../../../../assets/ui/rounds/map/names.js";
import { apartEnough, imageEdge } from "../../../../assets/ui/rounds/map/points.js";

/**
 * @param {Partial<MapPoint>} more
 * @returns {MapPoint}
 */
const point = (more) => ({
  id: `${more.x},${more.y}`,
  anchor: "x",
  at: [0, 0],
  copy: false,
  suggested: false,
  colour: "",
  x: 0,
  y: 0,
  ...more,
});

/**
 * @param {MapPoint[]} points
 * @param {MapPoint[]} [stars]
 */
const placed = (points, stars = []) => namesOf(points, stars, () => "A drum", 0, 500);

test("a name stands at the images that match the prompt, not at its copies", () => {
  const [name] = placed([
    point({ x: 100, y: 100 }),
    point({ x: 110, y: 100 }),
    point({ x: 400, y: 300, copy: true }),
  ]);
  assert.ok(name.x <= 110 && name.y < 100);
  assert.deepEqual(placed([point({ x: 400, y: 300, copy: true })]), []);
});

test("names do not lie on each other, nor over the edge, and the largest groups have theirs", () => {
  const many = Array.from({ length: 30 }, (_, i) =>
    Array.from({ length: 30 - i }, (__, j) => point({ x: 3, y: 100 + j / 30, anchor: `${i}` })),
  ).flat();
  const names = placed(many);
  assert.ok(names.length >= 1 && names.length < 5);
  assert.equal(names[0].anchor, "0");
  for (const a of names) {
    assert.ok(a.x > 20);
    for (const b of names)
      assert.ok(a === b || Math.abs(a.y - b.y) >= 14 || Math.abs(a.x - b.x) >= 45, "apart");
  }
});

test("a name leaves points and the star visible where there is room beside them", () => {
  const own = [100, 110, 120].map((y) => point({ x: 200, y, anchor: "own" }));
  const [alone] = placed(own);
  assert.ok(alone.y < 100, "above, where nothing else is");
  const others = Array.from({ length: 12 }, (_, i) => point({ x: 175 + 5 * i, y: 84, copy: true }));
  const [crowded] = placed([...own, ...others]);
  assert.ok(crowded.y > 110, "below, or beside");
  const [clear] = placed(own, [point({ x: alone.x, y: alone.y - 3 })]);
  assert.ok(Math.hypot(clear.x - alone.x, clear.y - alone.y) > 12);
});

test("points become images when one is near and there is room", () => {
  const size = { width: 500, height: 400 };
  assert.equal(imageEdge(180, 1, size), 0, "the whole map");
  assert.equal(imageEdge(0, 5, size), 0);
  assert.equal(imageEdge(2000, 5, size), 0, "too many");
  assert.ok(imageEdge(40, 3, size) >= 34);
  assert.ok(imageEdge(3, 9, size) <= 72);
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
