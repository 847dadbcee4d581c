/** Uploads of pictures and masks; the server checks each after its upload. */
/** @import { Row } from "./picture_row.js" */
/** @import { Upload } from "../app/parts.d.ts" */
import { call } from "../app/session.js";
import { setText } from "../kit/dom.js";
import { toast } from "../kit/toast.js";

/**
 * Why an upload failed: the server's message ("HTTP 415: it is ..."), Gradio's check, or the connection.
 * @param {File} file
 * @param {unknown} error
 */
function notUploaded(file, error) {
  const { message = "" } = /** @type {{ message?: string }} */ (error ?? {}); // Gradio may throw anything
  const why = /^HTTP \d+: (.+)/s.exec(message)?.[1];
  const large = message.startsWith("File(s) exceed") ? "it is too large." : "try again.";
  return `${file.name} could not be uploaded: ${why ?? large}`;
}

/**
 * Upload one picture and have the server check it; remove the row if the picture cannot be read.
 * @param {Row} row
 * @param {File} file
 * @param {Upload} upload
 * @returns {Promise<void>}
 */
export async function send(row, file, upload) {
  try {
    const { path } = await upload(file);
    const answer = await call("reference", "check", { path });
    if (!answer) return row.remove();
    row.path = path;
    setText(row.note, answer.notes.join("; "));
  } catch (error) {
    toast(notUploaded(file, error), "error");
    row.remove();
  }
  return undefined;
}

/**
 * Upload a mask after its picture. If the mask does not fit, only the mask is rejected.
 * @param {Row | undefined} row
 * @param {File} file
 * @param {Upload} upload
 */
export function giveMask(row, file, upload) {
  if (!row)
    return toast(`${file.name} is the mask of a picture that is not here: choose both together.`, "error");
  row.ready = row.ready.then(async () => {
    if (!row.path) return;
    try {
      const mask = (await upload(file)).path;
      const answer = await call("reference", "check", { path: row.path, mask });
      if (!answer) return;
      row.mask = mask;
      row.paint.hidden = true;
      setText(row.note, answer.notes.join("; "));
    } catch (error) {
      toast(notUploaded(file, error), "error");
    }
  });
  return undefined;
}
