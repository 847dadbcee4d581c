/** The contact sheet of the test set: prompts down, rounds across, the reference beside them. */
/** @import { MeasuredRound, SheetPicture, SheetRow } from "../app/payloads_measures.d.ts" */
import { state, on } from "../app/store.js";
import { call } from "../app/session.js";
import { newest } from "../app/newest.js";
import { address } from "../app/urls.js";
import { el, reference, repeats, setText } from "../kit/dom.js";
import { openViewer } from "./viewer.js";

/** @type {Record<SheetRow["part"], [title: string, words: string]>} */
const PARTS = {
  held_out: ["Held-out prompts", "No training uses them: the figures above are made from these."],
  accepted: ["Accepted prompts", "Pictures of these were accepted and learned."],
  plain: [
    "Without the trigger",
    "The same prompts without the words that call the reference: it should not show here.",
  ],
};

/** @param {HTMLElement} box */
export function mountSheet(box) {
  const number = el("output", {});
  const seeds = el("span", { class: "sheet-seeds" });
  const body = el("div", {
    class: "sheet-scroll scroll",
    tabindex: "0",
    role: "group",
    "aria-label": "Contact sheet",
  });
  const newRequest = newest();
  /** @type {SheetRow[]} */
  let rows = [];
  let seed = 0;
  const most = () => state.measures?.seeds ?? 1;
  const show = () => {
    const rounds = (state.measures?.rounds ?? []).filter((round) => round.drawn);
    box.hidden = !rows.length || !rounds.length;
    seed = Math.min(seed, most() - 1);
    seeds.hidden = most() < 2;
    setText(number, `Seed ${seed + 1} of ${most()}`);
    if (
      box.hidden ||
      repeats(body, [rows, rounds.map(({ id, name }) => [id, name]), seed, state.measures?.best])
    )
      return;
    body.replaceChildren(table(rows, rounds, seed));
  };
  const load = async () => {
    if (state.step !== "results" || !state.measures) return;
    const isLatest = newRequest();
    const answer = await call("results", "test_pictures", { project: state.projectId });
    if (!answer || !isLatest()) return;
    rows = answer.rows;
    show();
  };
  /** @param {number} by */
  const turn = (by) => () => {
    seed = (seed + by + most()) % most();
    show();
  };
  seeds.append(step("‹", "Previous seed", turn(-1)), number, step("›", "Next seed", turn(1)));
  box.hidden = true;
  box.append(
    el(
      "div",
      { class: "card-head" },
      el("h2", {}, "The same prompt and seed in every round"),
      el("span", {}, "Click a picture to flip it through the rounds"),
      seeds,
    ),
    body,
  );
  on("step measures", load);
  on("forget", () => {
    if (state.project) return;
    newRequest();
    rows = [];
    box.hidden = true;
  });
}

/**
 * @param {string} glyph
 * @param {string} words
 * @param {() => void} act
 */
const step = (glyph, words, act) =>
  el("button", { type: "button", class: "button small", "aria-label": words, on: { click: act } }, glyph);

/**
 * @param {SheetRow[]} rows
 * @param {MeasuredRound[]} rounds
 * @param {number} seed
 */
function table(rows, rounds, seed) {
  const first = state.project?.references[0];
  const named = rounds.map((round) => (state.measures?.best === round.id ? `★ ${round.name}` : round.name));
  /** @type {SheetRow["part"] | null} */
  let part = null;
  return el(
    "table",
    { class: "sheet" },
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        el("td"),
        el("th", { scope: "col" }, "Reference"),
        named.map((name) => el("th", { scope: "col" }, name)),
      ),
    ),
    el(
      "tbody",
      {},
      rows.flatMap((row) => {
        const heading = row.part === part ? [] : [heading_(row.part, rounds.length + 2)];
        part = row.part;
        const cells = rounds.map((round) => cell(rows, rounds, row, round, seed));
        const beside = first ? el("img", { src: reference(first.id), alt: "", loading: "lazy" }) : null;
        return [
          ...heading,
          el("tr", {}, el("th", { scope: "row" }, row.prompt), el("td", { class: "beside" }, beside), cells),
        ];
      }),
    ),
  );
}

/**
 * @param {SheetRow["part"]} part
 * @param {number} columns
 */
const heading_ = (part, columns) =>
  el(
    "tr",
    { class: "sheet-part" },
    el("th", { colspan: columns, scope: "rowgroup" }, el("b", {}, PARTS[part][0]), ` ${PARTS[part][1]}`),
  );

/** @param {SheetPicture} picture */
const words = (picture) => (picture.blank ? "blank" : picture.copy ? "shows the reference" : "as asked");

/**
 * @param {SheetRow} row
 * @param {string | null} round
 * @param {number} seed
 */
const pictureOf = (row, round, seed) => row.pictures[round ?? ""]?.[row.part === "plain" ? 0 : seed] ?? null;

/**
 * @param {SheetRow[]} rows
 * @param {MeasuredRound[]} rounds
 * @param {SheetRow} row
 * @param {MeasuredRound} round
 * @param {number} seed
 */
function cell(rows, rounds, row, round, seed) {
  const picture = pictureOf(row, round.id, seed);
  if (!picture) return el("td", {}, el("span", { class: "waiting", title: "Not drawn by this round" }));
  const enlarge = () => {
    let place = rows.indexOf(row);
    openViewer({
      row: (by) => {
        place = (place + by + rows.length) % rows.length;
        return viewerRow(rows[place], rounds, rounds.indexOf(round), seed);
      },
      references: (state.project?.references ?? []).map(({ id, prompt }) => ({ src: reference(id), prompt })),
    });
  };
  return el(
    "td",
    {},
    el(
      "button",
      {
        type: "button",
        class: "enlarge",
        data: { copy: picture.copy ? "yes" : "no" },
        "aria-label": `${row.prompt}, ${round.name}: ${words(picture)}. Enlarge`,
        title: `${round.name}: ${words(picture)}`,
        on: { click: enlarge },
      },
      el("img", { src: address("test-thumb", picture), alt: "", loading: "lazy" }),
      picture.copy ? el("span", { class: "copy-mark" }, "copy") : null,
    ),
  );
}

/**
 * @param {SheetRow} row
 * @param {MeasuredRound[]} rounds
 * @param {number} at
 * @param {number} seed
 */
function viewerRow(row, rounds, at, seed) {
  const frames = rounds.map(({ id, name }) => {
    const picture = pictureOf(row, id, seed);
    return {
      name,
      src: picture && address("test-picture", picture),
      words: picture
        ? `${words(picture)} · prompt ${picture.clip_t.toFixed(3)}, reference ${picture.clip_i.toFixed(3)}`
        : "not drawn",
    };
  });
  return { title: row.prompt, frames, at };
}
