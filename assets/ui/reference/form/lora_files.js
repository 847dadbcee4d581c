/** LoRAs that are chosen or dropped in place of a path: the studio gets a copy of each, shown by its name. */
import { Button, html } from "../../kit/html.js";
import { useRef, useState } from "../../vendor/preact.min.js";
import { toast } from "../../kit/toast.js";
import { droppedFiles, pathOf } from "./folder.js";
import { copied, pathsIn, withPath } from "./lora_paths.js";
import { sendLora } from "./upload.js";

/**
 * `paths` are those of all, one a line, `change` is given others; `children` are the field of the typed ones.
 * @param {{ several?: boolean, paths: string, change: (paths: string) => void, children?: unknown }} props
 */
export function LoraFiles({ several = false, paths, change, children }) {
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const [sending, setSending] = useState("");
  const latest = useRef(paths); // several are sent one after the other
  latest.current = paths;
  const copies = pathsIn(paths).filter((path) => copied(path) !== null);
  const leaveOut = (/** @type {string} */ path) =>
    change(
      pathsIn(paths)
        .filter((one) => one !== path)
        .join("\n"),
    );
  const send = async (/** @type {File[]} */ files) => {
    for (const file of several ? files : files.slice(0, 1)) {
      setSending(file.name);
      const path = await sendLora(file);
      if (path) change(several ? withPath(latest.current, path) : path);
    }
    setSending("");
  };
  const drag = (/** @type {DragEvent} */ event) => {
    if (!event.dataTransfer?.types.includes("Files")) return; // words may be dropped into the field
    event.preventDefault();
    if (event.type !== "drop" || sending) return;
    droppedFiles(event.dataTransfer).then((files) => {
      const loras = files.filter(
        (file) => pathOf(file) === file.name || /\.(safetensors|sft)$/i.test(file.name),
      );
      if (loras.length) send(loras);
      else toast("The folder has no .safetensors file: drop the file of a LoRA.", "error");
    });
  };
  const chosen = () => {
    send([...(input.current?.files ?? [])]);
    if (input.current) input.current.value = "";
  };
  return html`<div class="lora-files" onDragOver=${drag} onDrop=${drag}>
    ${copies.map(
      (path) => html`<div key=${path} class="chosen-lora" translate=${false}>
        <b>${copied(path)}</b>
        <${Button} class="quiet" aria-label="Remove ${copied(path)}" onClick=${() => leaveOut(path)}>✕<//>
      </div>`,
    )}
    ${children}
    <input
      type="file" accept=".safetensors" multiple=${several} hidden aria-label="LoRA files"
      ref=${input} onChange=${chosen}
    />
    <div class="chosen-lora">
      <${Button} disabled=${sending !== ""} onClick=${() => input.current?.click()}>
        ${several ? "Choose files…" : "Choose a file…"}
      <//>
      <span class="field-note" role="status">
        ${sending ? `Copying ${sending}…` : "Chosen files are copied. Files given by path stay in place."}
      </span>
    </div>
  </div>`;
}
