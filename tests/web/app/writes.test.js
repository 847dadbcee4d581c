/** Writes are sent in order, and stay queued until the server has answered. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { tell } from "../browser.js";

const {
  resumePending,
  write: typedWrite,
  writeMark,
  pending,
  unreachable,
} = await import("../../../assets/ui/app/writes.js");
// the queue does not look into its requests
const write = /** @type {(name: string, request: object) => Promise<unknown>} */ (typedWrite);
/**
 * A batch that was sent, and how to answer it.
 * @typedef {{ list: { id: string, name: string, request: { n?: number } }[], keepalive: boolean,
 *   resolve: (answer: Response) => void, reject: (error: Error) => void }} Asked
 */

const soon = () => new Promise((done) => setTimeout(done, 5));

/** A fake server: `answer(list)` resolves the pending request; null means no response. */
function studio() {
  /** @type {Asked[]} */
  const asked = [];
  globalThis.fetch = (_path, { body, keepalive = false } = {}) =>
    new Promise((resolve, reject) =>
      asked.push({ list: JSON.parse(String(body)), keepalive, resolve, reject }),
    );
  return {
    asked,
    come: (/** @type {Asked} */ call, /** @type {object[]} */ answers) =>
      call.resolve(Response.json(answers, { headers: { "GAL-Studio": "1" } })),
  };
}

test("changes made during a request are sent as one batch, in order", async () => {
  const { asked, come } = studio();
  const first = write("decide", { n: 1 });
  const rest = [write("decide", { n: 2 }), write("undo", { n: 3 })];
  come(asked[0], [{ said: 1 }]);
  assert.deepEqual(await first, { said: 1 });
  await soon();
  assert.deepEqual(
    asked[1].list.map(({ request }) => request.n),
    [2, 3],
  );
  come(asked[1], [{}, {}]);
  await Promise.all(rest);
  assert.equal(pending.value, 0);
});

test("a batch without a response is retried with the same ids", async () => {
  const { asked, come } = studio();
  const done = write("undo", {});
  asked[0].reject(new Error("away"));
  await soon();
  assert.equal(unreachable.value, true);
  await new Promise((later) => setTimeout(later, 1050));
  assert.deepEqual(asked[1].list, asked[0].list);
  come(asked[1], [{}]);
  await done;
  await soon();
  assert.equal(unreachable.value, false);
});

test("a poll is up to date only if no change was pending or made since", async () => {
  const { asked, come } = studio();
  const quiet = writeMark();
  assert.deepEqual(quiet(), { upToDate: true, untouched: true });
  const done = write("decide", {});
  assert.deepEqual(quiet(), { upToDate: false, untouched: false }, "a change came");
  const during = writeMark();
  come(asked[0], [{}]);
  await done;
  assert.deepEqual(during(), { upToDate: false, untouched: true }, "it left while one was pending");
  assert.equal(writeMark()().upToDate, true);
});

test("on unload the queue is sent and persisted", async () => {
  const { asked, come } = studio();
  const done = write("decide", { n: 7 });
  tell("pagehide");
  assert.equal(asked[1].keepalive, true);
  assert.deepEqual(asked[1].list, asked[0].list);
  assert.deepEqual(JSON.parse(sessionStorage.getItem("gal-studio-writes") ?? ""), asked[0].list);
  come(asked[1], [{}]);
  come(asked[0], [{}]);
  await done;
});

test("the user is warned before unload only if a change cannot be sent", async () => {
  const { asked, come } = studio();
  const asks = () => {
    let stopped = false;
    tell("beforeunload", {
      preventDefault: () => {
        stopped = true;
      },
    });
    return stopped;
  };
  assert.equal(asks(), false);
  const small = write("decide", {});
  assert.equal(asks(), false);
  const large = write("paint", { runs: "0".repeat(70_000) });
  assert.equal(asks(), true);
  come(asked[0], [{}]);
  await small;
  await soon();
  come(asked[1], [{}]);
  await large;
});

test("changes are persisted early, and the next page restores them", async () => {
  const { asked, come } = studio();
  const done = write("decide", { n: 9 });
  await new Promise((later) => setTimeout(later, 60));
  const noted = sessionStorage.getItem("gal-studio-writes");
  come(asked[0], [{}]);
  await done;
  await new Promise((later) => setTimeout(later, 60));
  assert.equal(sessionStorage.getItem("gal-studio-writes"), null, "nothing waits any more");
  sessionStorage.setItem("gal-studio-writes", noted ?? "");
  resumePending();
  assert.deepEqual(asked[1].list, asked[0].list, "the same ID: the studio does it once");
  come(asked[1], [{}]);
  await soon();
  assert.equal(pending.value, 0);
});
