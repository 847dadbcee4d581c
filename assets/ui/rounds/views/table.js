/** What a view shows as a table, as CSV. */

/** @typedef {(string | number | null)[]} Row */

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
