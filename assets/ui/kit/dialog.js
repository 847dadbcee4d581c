/** Dialogs whose content is a component. */
import { render } from "../vendor/preact.min.js";

/** A dialog that is in the page while it is open, and its component with it. */
export class Dialog {
  /** @type {HTMLDialogElement | null} */
  #node = null;
  #name;
  #closed;
  #light;

  /**
   * @param {string} name of its class
   * @param {{ closed?: () => void, light?: () => boolean }} [acts] `closed` is called after it was closed;
   *   a press beside it closes it while `light`
   */
  constructor(name, { closed = () => {}, light = () => false } = {}) {
    this.#name = name;
    this.#closed = closed;
    this.#light = light;
  }

  get isOpen() {
    return this.#node?.open === true; // the browser closes it, and tells of it later
  }

  /**
   * @param {string} label
   * @param {unknown} content a template
   */
  open(label, content) {
    const node = this.#node ?? this.#build();
    node.ariaLabel = label;
    render(content, node);
    if (!node.open) node.showModal();
    return node;
  }

  #build() {
    const node = document.createElement("dialog");
    node.className = `studio ${this.#name}`;
    node.tabIndex = -1;
    node.addEventListener("click", (event) => {
      const isSecond = event.detail > 1; // of the double click that opened it
      if (event.target === node && !isSecond && this.#light()) this.close();
    });
    node.addEventListener("close", () => {
      if (node.open) return; // again
      if (this.#node === node) this.close(); // by the browser
      node.remove(); // messages have moved out of it by now
    });
    this.#node = node;
    return document.body.appendChild(node);
  }

  /** Its component is gone at once. */
  close() {
    const node = this.#node;
    if (!node) return;
    this.#node = null;
    node.close();
    render(null, node);
    this.#closed();
  }
}
