/** What a view shows as a table: as CSV, and drawn. */
import { svg } from "../../kit/dom.js";

/** @typedef {(string | number | null)[]} Row */

const LETTER = 7.2; // pixels of a letter at most
const LINE = 20; // pixels
const LONGEST = 70; // letters of a cell that is drawn

const FORMULA = /^[\t\r\n]|^[\s\ufeff\u200b-\u200f\u2060\u180e\u00ad\0]*[=+\-@]/;

/**
 * A cell as CSV; no text is a formula of a spreadsheet, whatever it takes as a separator, and numbers stay
 * numbers (as in gal_studio.core.quoting).
 * @param {string | number | null} cell
 */
const quoted = (cell) => {
  if (typeof cell !== "string") return `${cell ?? ""}`;
  const isFormula = FORMULA.test(cell.normalize("NFKC")) && Number.isNaN(Number(cell));
  return `"${isFormula ? "'" : ""}${cell.replaceAll('"', '""')}"`;
};

/**
 * Rows as CSV (RFC 4180), in UTF-8 with the mark by which spreadsheets know it.
 * @param {Row[]} rows
 */
export const csv = (rows) => `\ufeff${rows.map((row) => `${row.map(quoted).join(",")}\r\n`).join("")}`;

/**
 * The rows of a CSV file.
 * @param {string} text
 * @returns {string[][]}
 */
export function parseCsv(text) {
  /** @type {string[][]} */
  const rows = [];
  /** @type {string[]} */
  let row = [];
  for (const [, quotes, plain, end] of text
    .replace(/^\ufeff/, "")
    .matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    if (end === "" && !quotes && !plain && !row.length) break; // after the last line
    row.push(quotes === undefined ? (plain ?? "") : quotes.replaceAll('""', '"'));
    if (end === ",") continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

/**
 * A table as a drawing; the first row has the names of the columns.
 * @param {Row[]} rows
 */
export function tableDrawing(rows) {
  const cells = rows.map((row) => row.map((cell) => shortened(String(cell ?? ""))));
  const widths = (cells[0] ?? []).map(
    (_, i) => 14 + LETTER * Math.max(...cells.map((row) => lengthOf(row[i]))),
  );
  const width = widths.reduce((sum, one) => sum + one, 20);
  const height = LINE * cells.length + 20;
  const node = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}` });
  for (const [line, row] of cells.entries()) {
    let x = 10;
    for (const [i, cell] of row.entries()) {
      const text = svg("text", {
        x,
        y: 10 + LINE * line + 14,
        fill: "#222",
        "font-family": "sans-serif",
        "font-size": 12,
        "font-weight": line ? 400 : 700,
      });
      text.textContent = cell;
      node.append(text);
      x += widths[i] ?? 0;
    }
  }
  return node;
}

/** @param {string} text */
const shortened = (text) => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);
/** @param {string | undefined} text */
const lengthOf = (text) => text?.length ?? 0;
