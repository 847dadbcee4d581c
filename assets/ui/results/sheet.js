/** The contact sheet of the benchmark: prompts down, rounds across, the reference beside it. */
/** @import { MeasuredRound, Measures, SheetRow } from "payloads" */
import { state, on } from "../app/store.js";
import { call } from "../app/session.js";
import { newest } from "../app/newest.js";
import { address } from "../app/urls.js";
import { el, makeButton, reference, repeats, replaceKept, setText } from "../kit/dom.js";
import { segments } from "../kit/segments.js";
import { pictureOf, pictureWords, viewerRow } from "./sheet_pictures.js";
import { openViewer } from "./viewer.js";

/** @typedef {SheetRow["part"]} Part */
/** @type {[part: Part, title: string, words: string][]} */
const PARTS = [
  ["held_out", "Benchmark prompts", "Never used in training. The figures above are computed from them."],
  ["accepted", "Accepted prompts", "Test prompts whose images were accepted and learned, generated again."],
  [
    "plain",
    "Bleed check",
    "The benchmark prompts without the trigger words: the reference should not show here.",
  ],
];

/** The state of the sheet: what is chosen, and what was loaded last. */
class Sheet {
  /** @type {SheetRow[]} */
  rows = [];
  /** @type {Part} */
  part = "held_out";
  seed = 0;
  newRequest = newest();

  /**
   * @param {HTMLElement} box
   * @param {(rows: SheetRow[]) => void} told
   */
  constructor(box, told) {
    this.box = box;
    this.told = told;
    this.number = el("output", {});
    this.seeds = el("span", { class: "sheet-seeds" });
    this.seeds.append(
      step("‹", "Previous seed", () => this.turn(-1)),
      this.number,
      step("›", "Next seed", () => this.turn(1)),
    );
    this.parts = segments(
      "Which prompts are shown",
      PARTS.map(([part, title]) => [part, title]),
      (part) => {
        this.part = part;
        this.show();
      },
    );
    this.words = el("p", { class: "sheet-words" });
    this.body = el("div", {
      class: "sheet-scroll scroll",
      tabindex: "0",
      role: "group",
      "aria-label": "Contact sheet",
    });
    this.beside = el("aside", { class: "sheet-reference", "aria-label": "Reference" });
    box.hidden = true;
    box.append(
      el("div", { class: "card-head" }, el("h2", {}, "The same prompt and seed in every round"), this.seeds),
      el("div", { class: "sheet-bar" }, this.parts.node, this.words),
      el("div", { class: "sheet-columns" }, this.body, this.beside),
    );
  }

  most() {
    return this.part === "plain" ? 1 : (state.measures?.chosen.seeds ?? 1);
  }

  /** @param {number} by */
  turn(by) {
    this.seed = (this.seed + by + this.most()) % this.most();
    this.show();
  }

  async load() {
    if (state.step !== "results" || !state.measures) return;
    const isLatest = this.newRequest();
    const answer = await call("results", "test_pictures", { project: state.projectId });
    if (!answer || !isLatest()) return;
    this.rows = answer.rows;
    this.told(this.rows);
    this.show();
  }

  forget() {
    this.newRequest();
    this.rows = [];
    this.box.hidden = true;
  }

  show() {
    const { measures, project } = state;
    const rounds = (measures?.rounds ?? []).filter((round) => round.drawn);
    this.box.hidden = !this.rows.length || !rounds.length;
    if (!measures || this.box.hidden) return;
    const rows = this.rows.filter((row) => row.part === this.part);
    this.seed = Math.min(this.seed, this.most() - 1);
    this.seeds.hidden = this.most() < 2;
    setText(this.number, `Seed ${this.seed + 1} of ${this.most()}`);
    setText(this.words, PARTS.find(([part]) => part === this.part)?.[2] ?? "");
    this.parts.show(this.part);
    const named = rounds.map(({ id, name }) => [id, name]);
    if (!repeats(this.beside, project?.references))
      this.beside.replaceChildren(...references().map(({ src, prompt }) => beside(src, prompt)));
    if (repeats(this.body, [rows, named, this.seed, measures.best])) return;
    this.body.style.setProperty("--tile", `${rounds.length < 5 ? 132 : rounds.length < 8 ? 108 : 88}px`);
    replaceKept(this.body, [rows.length ? table(rows, rounds, this.seed, measures) : nothing()]);
  }
}

/**
 * @param {HTMLElement} box
 * @param {(rows: SheetRow[]) => void} told called with all pictures of the benchmark when they are known
 */
export function mountSheet(box, told) {
  const sheet = new Sheet(box, told);
  on("step measures", () => sheet.load());
  on("forget", () => state.project || sheet.forget());
}

const references = () =>
  (state.project?.references ?? []).map(({ id, prompt }) => ({ src: reference(id), prompt }));

const nothing = () =>
  el(
    "p",
    { class: "empty" },
    "Nothing yet: a round generates these once it has learned from accepted images.",
  );

/**
 * @param {string} src
 * @param {string} prompt
 */
const beside = (src, prompt) =>
  el("figure", {}, el("figcaption", {}, "Reference"), el("img", { src, alt: prompt }));

/**
 * @param {string} glyph
 * @param {string} words
 * @param {() => void} act
 */
const step = (glyph, words, act) => makeButton({ "aria-label": words }, act, glyph);

/**
 * @param {SheetRow[]} rows
 * @param {MeasuredRound[]} rounds
 * @param {number} seed
 * @param {Measures} measures
 */
function table(rows, rounds, seed, { best, called }) {
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
        rounds.map(({ id, name }) => el("th", { scope: "col" }, id && id === best ? `★ ${name}` : name)),
      ),
    ),
    el(
      "tbody",
      {},
      rows.map((row) =>
        el(
          "tr",
          {},
          el("th", { scope: "row", translate: "no" }, prompt(row.prompt, called)),
          rounds.map((round) => cell(rows, rounds, row, round, seed)),
        ),
      ),
    ),
  );
}

/**
 * A prompt with the words that call a style in a fainter colour.
 * @param {string} text
 * @param {string} called
 */
function prompt(text, called) {
  const head = text.endsWith(called) ? text.slice(0, -called.length).trim() : "";
  return head ? [head, el("span", {}, ` ${called}`)] : [text];
}

/**
 * @param {SheetRow[]} rows
 * @param {MeasuredRound[]} rounds
 * @param {SheetRow} row
 * @param {MeasuredRound} round
 * @param {number} seed
 */
function cell(rows, rounds, row, round, seed) {
  const picture = pictureOf(row, round.id, seed);
  if (!picture) return el("td", {}, el("span", { class: "waiting", title: "Not generated by this round" }));
  const enlarge = () => {
    let place = rows.indexOf(row);
    openViewer({
      row: (by) => {
        place = (place + by + rows.length) % rows.length;
        return viewerRow(rows[place], rounds, rounds.indexOf(round), seed);
      },
      references: references(),
    });
  };
  return el(
    "td",
    {},
    makeButton(
      {
        class: "enlarge",
        data: { copy: picture.copy ? "yes" : "no", keep: `${rows.indexOf(row)} ${round.id}` },
        "aria-label": `${row.prompt}, ${round.name}: ${pictureWords(picture)}. Enlarge`,
        title: `${round.name}: ${pictureWords(picture)}. Click to compare the rounds`,
      },
      enlarge,
      el("img", { src: address("test-thumb", picture), alt: "", loading: "lazy" }),
    ),
  );
}
