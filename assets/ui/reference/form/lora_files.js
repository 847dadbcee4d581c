/** LoRAs that are chosen or dropped in place of a path: the studio gets a copy of each. */
import { Button, html } from "../../kit/html.js";
import { useRef, useState } from "../../vendor/preact.min.js";
import { toast } from "../../kit/toast.js";
import { droppedFiles, pathOf } from "./folder.js";
import { sendLora } from "./upload.js";

/**
 * `add` is given what stands for the path of each copy; `children` are the field of the paths.
 * @param {{ several?: boolean, add: (path: string) => void, children?: unknown }} props
 */
export function LoraFiles({ several = false, add, children }) {
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const [sending, setSending] = useState("");
  const send = async (/** @type {File[]} */ files) => {
    for (const file of several ? files : files.slice(0, 1)) {
      setSending(file.name);
      const path = await sendLora(file);
      if (path) add(path);
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
        ${sending ? `Copying ${sending}…` : "The studio copies chosen files, and reads paths where they are."}
      </span>
    </div>
  </div>`;
}
