/** LoRAs to judge as they are, in place of a training: the paths of their files, one a line. */
/** @import { OfFiles } from "../../reference/form/form.js" */
import { html, withValue } from "../../kit/html.js";
import { LoraFiles } from "../../reference/form/lora_files.js";
import { withPath } from "../../reference/form/lora_paths.js";
import { Notes, noted } from "../../reference/form/notes.js";

/** @param {OfFiles} props */
export const Judged = ({ model, said, notes, children }) => html`<div class="judged">
  <${LoraFiles}
    several add=${(/** @type {string} */ path) => model.change({ files: withPath(model.files, path) })}
  >
    <label class="field">
      <span class="field-name">LoRA files, one to six</span>
      <textarea
        name="judged" rows="2" spellcheck=${false} translate=${false} value=${model.files}
        placeholder="Drop .safetensors files here, or write their paths: one per line"
        onInput=${withValue((text) => model.change({ files: text }))} ...${noted("notes-judged", notes)}
      />
      <${Notes} id="notes-judged" notes=${notes} />
    </label>
  <//>
  <p class="field-note by-file" role="status">${said}</p>
  <p class="field-note">
    Nothing is trained. Below, add a few images that it was trained on, with their prompts. Without them,
    copies are not judged.
  </p>
  ${children}
</div>`;
