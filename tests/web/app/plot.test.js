/** A figure on the page: without its title, one of its prompts alone, and as a table. */
import assert from "node:assert/strict";
import { test } from "node:test";
import "../browser.js";

const { placed, rowsOf } = await import("../../../assets/ui/app/plot.js");

const figure = {
  data: [
    {
      name: "a",
      meta: "p",
      x: [1, 2],
      y: [0.5, 0.6],
      error_y: { array: [0.1, 0.1], arrayminus: [0.2, 0.2] },
    },
    { name: "b", meta: "q", x: ["Round 1"], y: [1], text: ["κ 1"], visible: false },
  ],
  layout: {
    title: { text: "Chart", subtitle: { text: "of what" } },
    width: 820,
    updatemenus: [{}],
    font: {},
  },
};

test("a figure is as large as its place, and its title is the page's", () => {
  const { data, layout } = placed(figure, { width: 300, height: 200 });
  assert.equal(data.length, 2);
  assert.deepEqual(
    [layout.width, layout.height, "title" in layout, "updatemenus" in layout],
    [300, 200, false, false],
  );
});

test("a low one leaves its legend out, and a wide one has larger letters", () => {
  const low = placed(figure, { width: 300, height: 200, bare: true }).layout;
  const wide = placed(figure, { width: 1200, height: 600 }).layout;
  assert.deepEqual([low.showlegend, low.font.size], [false, 12]);
  assert.deepEqual(["showlegend" in wide, wide.font.size], [false, 14]);
});

test("of several prompts one is shown", () => {
  const { data } = placed(figure, { width: 300, height: 200 }, "q");
  assert.deepEqual(data, [{ ...figure.data[1], visible: true }]);
});

test("its points are a table", () => {
  const [, first, , last] = rowsOf([figure]);
  assert.deepEqual(first, ["Chart", "a", "", 1, 0.5, 0.3, 0.6]);
  assert.deepEqual(last, ["Chart", "b", "κ 1", "Round 1", 1, null, null]);
});
