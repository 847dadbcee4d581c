/**
 * A page that the browser translates: it puts a <font> in place of each text, and the page would go on to
 * change the text that is no longer there. So the text is put back, empty, after what stands for it. When it
 * changes, the translation goes, and the browser translates what is new.
 */
import { options } from "../vendor/preact.min.js";

/** @type {WeakMap<Node, { words: string, shown: HTMLElement }>} what each text said, and what is shown */
const translated = new WeakMap();
/** @type {WeakMap<Node, Text>} the texts by what is shown for them */
const texts = new WeakMap();

/** Keep the texts of the page up to date, whatever translates it. */
export function surviveTranslation() {
  new MutationObserver((records) => records.forEach(follow)).observe(document.body, {
    childList: true,
    subtree: true,
  });
  const { diffed } = options;
  options.diffed = (vnode) => {
    diffed?.(vnode);
    const { type, __e: text } = vnode; // no type: it is a text, not what begins with one
    const known = type === null && text && translated.get(text);
    if (known && known.words !== String(vnode.props)) forget(text, known.shown);
  };
}

/** @param {MutationRecord} record */
function follow({ target, addedNodes, removedNodes, previousSibling, nextSibling }) {
  for (const node of removedNodes) {
    const known = translated.get(node);
    const text = texts.get(node);
    const shown = [...addedNodes, previousSibling, nextSibling].find(isTranslation);
    if (known && !node.isConnected) forget(node, known.shown);
    else if (text && !node.isConnected) restore(text, node, addedNodes);
    else if (!known && node instanceof Text && shown) replace(node, shown);
  }
  // what was added before a text stands before its translation, too
  if (addedNodes.length)
    for (const node of target.childNodes) {
      const shown = translated.get(node)?.shown;
      if (shown && shown.nextSibling !== node) target.insertBefore(shown, node);
    }
}

/**
 * @param {Node | null} node
 * @returns {node is HTMLElement}
 */
const isTranslation = (node) =>
  node instanceof HTMLElement && node.localName === "font" && !texts.has(node) && node.isConnected;

/**
 * @param {Text} text
 * @param {HTMLElement} shown
 */
function replace(text, shown) {
  translated.set(text, { words: text.data, shown });
  texts.set(shown, text);
  text.data = "";
  shown.after(text);
}

/**
 * @param {Node} text
 * @param {HTMLElement} shown
 */
function forget(text, shown) {
  translated.delete(text);
  texts.delete(shown);
  shown.remove();
}

/**
 * The translation was taken away: the person wants the original.
 * @param {Text} text
 * @param {Node} shown
 * @param {NodeList} others that came in its place: the same words, which the text has
 */
function restore(text, shown, others) {
  if (text.isConnected) for (const one of others) if (one instanceof Text && one !== text) one.remove();
  text.data = translated.get(text)?.words ?? text.data;
  translated.delete(text);
  texts.delete(shown);
}
