/** What the choice of the round before changed: the accepted images, and their prompts before and now. */
/** @import { BenchmarkPicture, ChoiceChange } from "payloads" */
/** @import { RoundsParts } from "../app/types/parts.d.ts" */
import { newest } from "../app/newest.js";
import { call } from "../app/session.js";
import { copyOrNot, on, state } from "../app/store.js";
import { address } from "../app/urls.js";
import { el, makeButton, repeats } from "../kit/dom.js";
import { openViewer } from "../viewer/viewer.js";

const KEY = "gal-studio-changes-closed";

/** @param {Pick<RoundsParts, "changes" | "strip">} parts */
export function mountChanges({ changes: box, strip }) {
  const list = el("div", { class: "changes-list", role: "list", "aria-label": "What your choice changed" });
  const close = makeButton({ class: "quiet", "aria-label": "Close what your choice changed" }, () => {
    remember(state.roundId ?? "");
    box.hidden = true;
    strip.querySelector(/** @type {"button"} */ ("button[aria-current]"))?.focus();
  });
  close.textContent = "✕";
  box.append(
    el(
      "div",
      { class: "changes-head" },
      el("h2", { id: "changes-title" }, "What your choice changed"),
      el("p", {}, "Same prompt and seed in both rounds"),
    ),
    list,
    close,
  );
  const newRequest = newest();
  let asked = "";
  const update = async () => {
    const round = state.roundId;
    const drawn = state.measures?.rounds.find(({ id }) => id !== null && id === round)?.drawn;
    const wanted = state.step === "rounds" && round && drawn && !closed(round) ? `${round} ${drawn}` : "";
    if (wanted === asked) return;
    asked = wanted;
    const isLatest = newRequest();
    box.hidden = true;
    if (!wanted) return;
    const answer = await call("rounds", "changes", { project: state.projectId, round });
    if (!answer || !isLatest()) return;
    box.hidden = !answer.changes.length;
    if (!repeats(list, answer.changes)) list.replaceChildren(...answer.changes.map(item));
  };
  on("step round measures forget", update);
}

/** @param {BenchmarkPicture} picture */
const frameOf = (picture) => ({
  name: picture.round,
  src: address("test-picture", picture),
  words: copyOrNot(picture),
});

/** @param {ChoiceChange} change */
function item({ accepted, before, now }) {
  const frames = [
    { name: "Accepted", src: address("picture", accepted), words: "" },
    ...(before ? [frameOf(before)] : []),
    frameOf(now),
  ];
  const enlarge = () => openViewer({ looks: [{ title: accepted.prompt, frames }] });
  return el(
    "div",
    { role: "listitem" },
    makeButton(
      { class: "change", title: `Enlarge ${accepted.prompt}` },
      enlarge,
      ...frames.map(({ name, src, words }, i) =>
        el(
          "figure",
          {},
          el("img", { src, alt: i ? "" : accepted.prompt, width: 64, height: 64 }),
          el("figcaption", {}, el("b", {}, name), words ? ` ${words}` : null),
        ),
      ),
    ),
  );
}

/** @param {string} round */
function closed(round) {
  try {
    return (localStorage.getItem(KEY) ?? "").split(" ").includes(round);
  } catch {
    return false;
  }
}

/** @param {string} round */
function remember(round) {
  try {
    const before = (localStorage.getItem(KEY) ?? "").split(" ").filter(Boolean);
    localStorage.setItem(KEY, [...before, round].slice(-100).join(" "));
  } catch {
    /* storage is blocked: it is closed until another round is shown */
  }
}
