/** Plotly is loaded once; a failed load is retried. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { plotly } from "../../../assets/ui/app/plotly.js";

/** @type {{ src: string, onload: () => void, onerror: () => void }[]} */
const scripts = [];
const page = {
  createElement: () => ({}),
  head: { append: (/** @type {typeof scripts[number]} */ script) => scripts.push(script) },
};
Object.assign(globalThis, { window: {}, document: page });

test("a failed load is retried, and a loaded library is cached", async () => {
  const failed = plotly();
  scripts[0].onerror();
  await assert.rejects(failed, /could not be loaded/);

  const empty = plotly();
  scripts[1].onload();
  await assert.rejects(empty, /could not be loaded/);

  const [first, second] = [plotly(), plotly()];
  const library = { react: async () => ({}) };
  Object.assign(window, { Plotly: library });
  scripts[2].onload();
  assert.deepEqual([await first, await second], [library, library]);
  assert.equal(scripts.length, 3);
});
