/** Whose answer it is: the studio marks its own; of all others the page says what they are. */
import assert from "node:assert/strict";
import { test } from "node:test";
import "../browser.js";

const { fromStudio, NotTheStudio } = await import("../../../assets/ui/app/answers.js");

/**
 * What is thrown for an answer without the studio's mark.
 * @param {number} status
 * @param {BodyInit} [body] of the request
 */
async function intercepted(status, body) {
  globalThis.fetch = async () => new Response("<html>", { status });
  try {
    await fromStudio("writes", { method: "POST", body });
  } catch (error) {
    assert.ok(error instanceof NotTheStudio);
    return error;
  }
  throw new Error("it was taken for the studio's");
}

test("a marked answer is the studio's, whatever its status", async () => {
  for (const status of [200, 403, 404, 413, 500]) {
    globalThis.fetch = async () => new Response("said", { status, headers: { "GAL-Studio": "1" } });
    assert.equal((await fromStudio("poll")).status, status);
  }
});

test("a page that a proxy shows instead is named by what it is, and never shown", async () => {
  for (const [status, words] of /** @type {[number, RegExp][]} */ ([
    [200, /sign-in/],
    [401, /sign-in/],
    [413, /client_max_body_size/],
    [502, /cannot reach GAL Studio \(502\)/],
    [418, /\(418\)/],
  ])) {
    const { message } = await intercepted(status);
    assert.match(message, words);
    assert.doesNotMatch(message, /<html>/);
  }
});

test("only what passes by itself is tried again quickly", async () => {
  assert.equal((await intercepted(503)).passes, true);
  assert.equal((await intercepted(200)).passes, false);
  const { passes, tooLarge } = await intercepted(413);
  assert.deepEqual([passes, tooLarge], [false, true]);
});

test("a file that does not pass is told with its size", async () => {
  const form = new FormData();
  form.append("files", new Blob([new Uint8Array(3_000_000)]), "cat.png");
  assert.match((await intercepted(413, form)).message, /blocked this 3\.0 MB upload/);
  assert.match(
    (await intercepted(413, new Blob([new Uint8Array(20_000)]))).message,
    /blocked this 20 kB upload/,
  );
  assert.match((await intercepted(413, "x".repeat(5000))).message, /blocked this 5 kB upload/);
});

test("no answer at all passes", async () => {
  globalThis.fetch = () => Promise.reject(new TypeError("Failed to fetch"));
  await assert.rejects(fromStudio("poll"), { status: 0, passes: true });
});
