/** The log dialog: the tail of the worker's log, refreshed while open, and a bug report to copy. */
/** @import { BugReport } from "payloads" */
import { state } from "../app/store.js";
import { call } from "../app/session.js";
import { Dialog } from "../kit/dialog.js";
import { Button, html } from "../kit/html.js";
import { toast } from "../kit/toast.js";
import { useEffect, useLayoutEffect, useRef, useState } from "../vendor/preact.min.js";

const REFRESH_INTERVAL = 2000; // ms
export const logDialog = new Dialog("log", { light: () => true });

export function openLog() {
  logDialog.open("Log", html`<${Log} />`);
}

function Log() {
  const [answer, show] = useState(/** @type {BugReport | null} */ (null));
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const { scrollTop = 0, clientHeight = 0, scrollHeight = 0 } = box.current ?? {};
  const atEnd = !box.current?.textContent || scrollTop + clientHeight >= scrollHeight - 4;
  useEffect(() => {
    let gone = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    const load = async () => {
      const found = await call("top", "log", { project: state.projectId });
      if (gone) return;
      if (found) show(found);
      timer = setTimeout(load, REFRESH_INTERVAL);
    };
    load();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, []);
  useLayoutEffect(() => {
    if (atEnd) box.current?.scrollTo(0, box.current.scrollHeight);
  });
  return html`<div class="card-head">
      <h2>Log</h2>
      <div class="log-buttons">
        <${Button} data-action="copy-report" disabled=${!answer} onClick=${() => copy(answer?.text ?? "")}>
          Copy for a bug report
        <//>
        <${Button} autofocus onClick=${() => logDialog.close()}>Close<//>
      </div>
    </div>
    <dl class="log-facts">
      ${answer?.facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}
    </dl>
    <pre
      ref=${box} class="log-lines scroll" tabindex="0" role="log" aria-live="off"
      aria-label="The last lines of the log"
    >${answer && linesOf(answer)}</pre>
    <p class="log-note">
      The report contains this log and the settings of the project.${" "}
      Folder names are shortened; passwords and tokens are left out.
    </p>`;
}

/** @param {BugReport} answer */
function linesOf({ lines, output, page }) {
  const other = output.length ? ["", "Other output", ...output] : [];
  const own = page.length ? ["", "The page's own log", ...page] : [];
  return [...lines, ...other, ...own].join("\n") || "The log is empty.";
}

/** @param {string} report */
async function copy(report) {
  if (await copyText(report)) toast("Copied: paste it into your report.");
  else toast("The browser blocked copying. Select the text and press Ctrl+C.", "error");
}

/**
 * Copy to the clipboard. The clipboard API exists only in secure contexts; elsewhere use `execCommand`.
 * @param {string} text
 */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    /* fall through to execCommand */
  }
  const area = document.createElement("textarea");
  area.className = "log-copy";
  area.value = text;
  document.querySelector("dialog.log")?.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}
