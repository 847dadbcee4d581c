/** The dialogs to which Back, Forward and an address lead; the topmost first. */
import { registerPlace } from "./app/places.js";
import { state } from "./app/store.js";
import { maskPlace } from "./brush/mask_dialog.js";
import { closeHow, howOpen, showHow } from "./how/page.js";
import { closeHelp, helpOpen, showHelp } from "./kit/help.js";
import { anchorsOpen, closeAnchors, editAnchors } from "./reference/anchors_editor.js";
import { pairPlace } from "./refine/pair_view.js";
import { exportsPlace } from "./results/exports.js";
import { testSetPlace } from "./results/test_set.js";
import { closeViewer, reopenViewer, viewerOpen } from "./viewer/viewer.js";
import { picturePlace } from "./rounds/lightbox/lightbox.js";
import { closeLog, logOpen, openLog } from "./top/log.js";

/**
 * @param {() => boolean} isOpen
 * @param {() => unknown} open returns false if it cannot be opened now
 * @param {() => void} close
 */
const dialog = (isOpen, open, close) => ({
  now: () => (isOpen() ? "" : null),
  open: () => isOpen() || open() !== false,
  close,
});

export function registerDialogs() {
  registerPlace("keys", dialog(helpOpen, showHelp, closeHelp));
  registerPlace(
    "how",
    dialog(howOpen, () => showHow(), closeHow),
  );
  registerPlace("log", dialog(logOpen, openLog, closeLog));
  registerPlace(
    "prompts",
    dialog(anchorsOpen, () => Boolean(state.project) && editAnchors(), closeAnchors),
  );
  registerPlace("mask", maskPlace);
  registerPlace("viewer", dialog(viewerOpen, reopenViewer, closeViewer));
  registerPlace("benchmark", testSetPlace);
  registerPlace("download", exportsPlace);
  registerPlace("pair", pairPlace);
  registerPlace("picture", picturePlace);
}
