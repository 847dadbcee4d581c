/** The dialogs to which Back, Forward and an address lead; the topmost first. */
/** @import { Kind } from "./app/places.js" */
/** @import { Dialog } from "./kit/dialog.js" */
import { registerPlace } from "./app/places.js";
import { maskPlace } from "./brush/mask_dialog.js";
import { howDialog, showHow } from "./how/how.js";
import { helpDialog, showHelp } from "./kit/help.js";
import { anchorsDialog, editAnchors } from "./reference/anchors_editor.js";
import { finishPlace } from "./results/finish.js";
import { reopenViewer, viewerDialog } from "./viewer/viewer.js";
import { picturePlace } from "./rounds/lightbox/lightbox.js";
import { logDialog, openLog } from "./top/log.js";

/**
 * @param {Dialog} dialog
 * @param {() => void} open does nothing if it cannot be opened now
 */
export const place = (dialog, open) => ({
  now: () => (dialog.isOpen ? "" : null),
  open: () => {
    if (!dialog.isOpen) open();
    return dialog.isOpen;
  },
  close: () => dialog.close(),
});

/** @type {[name: string, kind: Kind][]} */
const added = [];
/** Add one of a feature. @param {string} name @param {Kind} kind */
export const addDialog = (name, kind) => added.push([name, kind]);

export function registerDialogs() {
  registerPlace("keys", place(helpDialog, showHelp));
  registerPlace(
    "how",
    place(howDialog, () => showHow()),
  );
  registerPlace("log", place(logDialog, openLog));
  registerPlace("prompts", place(anchorsDialog, editAnchors));
  registerPlace("mask", maskPlace);
  registerPlace("viewer", place(viewerDialog, reopenViewer));
  registerPlace("download", finishPlace);
  registerPlace("picture", picturePlace);
  for (const one of added) registerPlace(...one);
}
