/** LoRAs to judge as they are, in place of a training: the paths of their files, one a line. */
/** @import { OfFiles } from "../../reference/form/form.js" */
import { html, withValue } from "../../kit/html.js";
import { LoraFiles } from "../../reference/form/lora_files.js";
import { typedIn, withTyped } from "../../reference/form/lora_paths.js";
import { Notes, noted } from "../../reference/form/notes.js";

/** @param {OfFiles} props */
export const Judged = ({ model, said, notes, children }) => {
  const change = (/** @type {string} */ files) => model.change({ files });
  const type = withValue((text) => change(withTyped(model.files, text)));
  return html`<div class="judged">
  <${LoraFiles}
    several paths=${model.files} change=${change}
  >
    <label class="field">
      <span class="field-name">LoRA files, one to six</span>
      <textarea
        name="judged" rows="2" spellcheck=${false} translate=${false} value=${typedIn(model.files)}
        placeholder="Drop .safetensors files here, or write their paths: one per line"
        onInput=${type} ...${noted("notes-judged", notes)}
      />
      <${Notes} id="notes-judged" notes=${notes} />
    </label>
  <//>
  <p class="field-note by-file" role="status">${said}</p>
  <p class="field-note">
    Nothing is trained. Below, add a few images that the LoRA was trained on, with their prompts. Without
    them, copies are not judged.
  </p>
  ${children}
</div>`;
};
