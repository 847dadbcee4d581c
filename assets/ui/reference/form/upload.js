/** Uploads of pictures and masks; the server checks each after its upload. */
/** @import { Row } from "./picture_row.js" */
/** @import { Upload } from "../../app/types/parts.d.ts" */
import { call } from "../../app/session.js";
import { setText } from "../../kit/dom.js";
import { toast } from "../../kit/toast.js";

let uploading = 0;
addEventListener("beforeunload", (event) => {
  if (uploading) event.preventDefault(); // a file that is on its way is lost with the page
});

/**
 * @param {Upload} upload
 * @param {File} file
 */
async function sendFile(upload, file) {
  uploading += 1;
  try {
    return (await upload(file)).path;
  } finally {
    uploading -= 1;
  }
}

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
    const path = await sendFile(upload, file);
    row.kept = path;
    const answer = await checked(path);
    if (!answer) return row.remove();
    row.path = path;
    setText(row.note, answer.notes.join("; "));
    row.changed();
  } catch (error) {
    toast(notUploaded(file, error), "error");
    row.remove();
  }
  return undefined;
}

/**
 * Check an uploaded picture, again while the studio does not answer; null if it is refused or lost.
 * @param {string} path
 */
async function checked(path) {
  for (;;) {
    const answer = await call("reference", "check", { path });
    const page = answer ? null : await fetch(location.href, { method: "HEAD" }).catch(() => null);
    if (answer || page?.ok) return answer;
    await new Promise((done) => setTimeout(done, 2000));
  }
}

/**
 * Check a picture that an earlier page uploaded, with its mask; remove the row if the studio has lost it.
 * @param {Row} row
 * @param {string} path
 */
export async function checkAgain(row, path) {
  const { mask, painted } = row;
  const alone = await checked(path);
  if (!alone) return row.remove();
  row.path = path;
  row.image.src = `/uploaded/${encodeURIComponent(path)}`;
  const masked = mask || painted ? await call("reference", "check", { path, mask, painted }) : null;
  if (!masked) Object.assign(row, { mask: null, painted: null });
  setText(row.note, (masked ?? alone).notes.join("; "));
  row.changed();
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
      const mask = await sendFile(upload, file);
      const answer = await call("reference", "check", { path: row.path, mask });
      if (!answer) return;
      row.mask = mask;
      row.painted = null;
      row.paint.hidden = true;
      setText(row.note, answer.notes.join("; "));
      row.changed();
    } catch (error) {
      toast(notUploaded(file, error), "error");
    }
  });
  return undefined;
}
