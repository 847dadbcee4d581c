/** The form of a new project: one set of references per object, the model and its settings. */
/** @import { ProjectKind } from "../app/payloads.d.ts" */
/** @import { ReferenceParts, Upload } from "../app/parts.d.ts" */
/** @import { Derived } from "../app/payloads_calls.d.ts" */
import { on, state } from "../app/store.js";
import { call } from "../app/session.js";
import { write } from "../app/writes.js";
import { setAttribute } from "../kit/dom.js";
import { mountPresets } from "./presets.js";
import { PictureSet, showDerived } from "./picture_set.js";

const MAX_OBJECTS = 4; // the server rejects more

/**
 * @param {ReferenceParts} parts
 * @param {Upload} upload
 * @param {(projectId: string) => void} created
 */
export function mountForm(parts, upload, created) {
  const { form } = parts;
  /** @type {PictureSet[]} */
  const sets = [];
  /** @type {Awaited<ReturnType<typeof mountPresets>>} */
  let presets = null;
  let mounting = false;
  const kind = () => /** @type {ProjectKind} */ (new FormData(form).get("kind")); // one of two radio buttons
  const open = () => (kind() === "style" ? sets.slice(0, 1) : sets);
  const facts = () => ({
    kind: kind(),
    sets: open().map((set) => ({ trigger_word: set.word(), prompts: set.prompts() })),
  });

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const derive = () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const asked = facts();
      const told = asked.sets.some((set) => set.prompts.some(Boolean));
      /** @type {Derived | null} */
      const answer = told ? await call("reference", "derive", asked) : { sets: [], anchors: [], name: "" };
      if (answer && JSON.stringify(asked) === JSON.stringify(facts())) show(answer);
    }, 180);
  };

  /** @param {Derived} answer */
  const show = (answer) => {
    const alone = open().length === 1;
    parts.name.placeholder = answer.name;
    for (const [i, set] of open().entries()) set.show({ anchors: answer.anchors, ...answer.sets[i] }, alone);
    showDerived(parts.derived, answer.problem, null, alone ? null : answer.anchors);
  };

  /** Show and label the sets, and the button that adds one. */
  const arrange = () => {
    const several = open().length > 1;
    for (const [i, set] of sets.entries()) {
      set.node.hidden = !open().includes(set);
      set.setKind(kind());
      set.setNumber(several ? i + 1 : null);
    }
    setAttribute(parts.sets, "data-several", several);
    parts.another.hidden = kind() === "style" || sets.length >= MAX_OBJECTS;
    derive();
  };

  const addSet = () => {
    const set = new PictureSet(upload, {
      changed: derive,
      remove: () => {
        sets.splice(sets.indexOf(set), 1);
        set.node.remove();
        arrange();
        parts.another.focus();
      },
    });
    sets.push(set);
    parts.sets.append(set.node);
    arrange();
    return set;
  };

  addSet();
  parts.another.addEventListener("click", () => addSet().file.focus());
  form.addEventListener("change", (event) => {
    if (event.target instanceof HTMLInputElement && event.target.name === "kind") {
      presets?.setKind(kind());
      arrange();
    }
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    parts.create.disabled = true;
    const chosen = open();
    await Promise.all(chosen.map((set) => set.ready()));
    const asked = chosen.map((set) => ({ trigger_word: set.word(), references: set.references() }));
    const answer = await write("create", {
      kind: kind(),
      sets: asked,
      name: parts.name.value,
      ...presets?.chosen(),
    });
    parts.create.disabled = false;
    if (!answer) return;
    for (const set of sets.splice(1)) set.node.remove();
    sets[0].clear();
    form.reset();
    presets?.setKind(kind());
    arrange();
    created(answer.project);
  });
  on("step", async () => {
    if (state.step !== "reference" || presets || mounting) return;
    mounting = true;
    presets = await mountPresets(parts, kind());
    mounting = false;
    presets?.setKind(kind()); // it may have changed during the request
  });
}
