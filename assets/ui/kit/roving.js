/** One Tab stop for a row of buttons: the arrow keys go from one to the next. */

/** @param {HTMLElement} box whose buttons may come and go */
export function roving(box) {
  /** @type {HTMLElement | null} the button that Tab reaches */
  let stop = null;
  let byPointer = false; // a press is no walk along the row: the arrows keep what they do elsewhere
  /** @returns {HTMLButtonElement[]} */
  const buttons = () => [...box.querySelectorAll("button")].filter((one) => !one.disabled && !one.hidden);
  const show = () => {
    const all = buttons();
    if (!stop || !all.some((one) => one === stop)) {
      const chosen = "[aria-pressed=true], [aria-current=true]";
      stop = all.find((one) => one.matches(chosen)) ?? all[0] ?? null;
    }
    for (const one of box.querySelectorAll("button")) {
      const wanted = one === stop ? 0 : -1;
      if (one.tabIndex !== wanted) one.tabIndex = wanted;
    }
  };
  box.addEventListener("pointerdown", () => {
    byPointer = true;
  });
  box.addEventListener("focusin", ({ target }) => {
    stop = target instanceof HTMLButtonElement ? target : stop;
    show();
  });
  box.addEventListener("focusout", ({ relatedTarget }) => {
    if (!(relatedTarget instanceof Node && box.contains(relatedTarget))) byPointer = false;
  });
  box.addEventListener("keydown", (event) => {
    const all = buttons();
    const at = event.target instanceof HTMLButtonElement ? all.indexOf(event.target) : -1;
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (at < 0 || !step || byPointer || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    all[(at + step + all.length) % all.length].focus();
  });
  new MutationObserver(show).observe(box, {
    childList: true,
    subtree: true,
    attributeFilter: ["disabled", "hidden"],
  });
  show();
}
