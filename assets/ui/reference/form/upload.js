/** Uploads of pictures and masks; the server checks each after its upload. */
/** @import { Row } from "./picture_row.js" */
import { fromStudio } from "../../app/answers.js";
import { call, unanswered } from "../../app/session.js";
import { toast } from "../../kit/toast.js";

const UPLOADS = "gradio_api/upload";
let uploading = 0;
addEventListener("beforeunload", (event) => {
  if (uploading) event.preventDefault(); // a file that is on its way is lost with the page
});

/**
 * Send a file, and return what the studio answers; null if it was refused, and undefined if no answer
 * came: the studio may have it all the same. Either is said.
 *
 * The page sends it itself: Gradio's own upload shows a message of its own over ours.
 * @param {File} file
 * @param {string} to an address
 * @param {BodyInit} body
 */
async function sent(file, to, body) {
  uploading += 1;
  try {
    const answer = await fromStudio(to, { method: "POST", body });
    if (answer.ok) return await answer.json();
    toast(`${file.name} could not be uploaded: ${await answer.text()}`, "error");
    return null;
  } catch (error) {
    toast(`${file.name} could not be uploaded. ${/** @type {Error} */ (error).message}`, "error");
    return undefined;
  } finally {
    uploading -= 1;
  }
}

/**
 * Upload a picture or a mask.
 * @param {File} file
 * @returns {Promise<string | null | undefined>} its id, or as `sent`
 */
async function sendFile(file) {
  const body = new FormData();
  body.append("files", file, file.name);
  const answer = await sent(file, UPLOADS, body);
  return answer ? answer[0] : answer;
}

/**
 * Upload the file of a LoRA.
 * @param {File} file
 * @returns {Promise<string | null>} what stands for the path of the studio's copy, or null
 */
export const sendLora = async (file) =>
  (await sent(file, `upload-lora?name=${encodeURIComponent(file.name)}`, file))?.path ?? null;

/**
 * Upload one picture and have the server check it; remove the row if the picture cannot be read.
 * @param {Row} row
 * @param {File} file
 * @returns {Promise<void>}
 */
export async function send(row, file) {
  const path = await sendFile(file);
  if (path === null) return row.remove();
  if (path === undefined) return row.wait(() => send(row, file));
  row.kept = path;
  return checkAgain(row, path);
}

/**
 * Check an uploaded picture. A refused one is said and loses its row; one of which no answer came keeps it,
 * to be checked when the studio answers again, or at Retry.
 * @param {Row} row
 * @param {string} path
 */
async function checked(row, path) {
  for (;;) {
    let isRefused = false;
    const answer = await call("reference", "check", { path }, (sentence) => {
      isRefused = true;
      toast(`${row.name}: ${sentence}`, "error");
    });
    if (isRefused) row.remove();
    if (answer || isRefused) return answer;
    row.wait(() => checkAgain(row, path));
    if (!(await unanswered())) return null;
    await new Promise((done) => setTimeout(done, 2000));
  }
}

/**
 * Check a picture that the studio has, with its mask.
 * @param {Row} row
 * @param {string} path
 * @returns {Promise<void>}
 */
export async function checkAgain(row, path) {
  const { mask, painted } = row;
  const alone = await checked(row, path);
  if (!alone) return;
  Object.assign(row, { path, retry: null });
  const masked = mask || painted ? await call("reference", "check", { path, mask, painted }) : null;
  if (!masked) Object.assign(row, { mask: null, painted: null });
  row.note = (masked ?? alone).notes.join("; ");
  row.showStored();
  if (row.maskFile) giveMask(row, row.maskFile);
}

/**
 * Upload a mask after its picture. If the mask does not fit, only the mask is rejected.
 * @param {Row | undefined} row
 * @param {File} file
 */
export function giveMask(row, file) {
  if (!row)
    return toast(`${file.name} is the mask of an image that is not here: choose both together.`, "error");
  row.ready = row.ready.then(async () => {
    row.maskFile = row.path ? null : file; // of an unchecked image: given once that is checked
    if (!row.path) return;
    const mask = await sendFile(file);
    const answer = mask && (await call("reference", "check", { path: row.path, mask }));
    if (!answer) return;
    row.mask = mask;
    row.painted = null;
    row.note = answer.notes.join("; ");
    row.changed();
  });
  return undefined;
}
