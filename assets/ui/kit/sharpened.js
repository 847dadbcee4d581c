/** Small images are sharpened when they are shown enlarged, unless that is switched off in this browser. */
import { keep, kept } from "./kept.js";
import { html, Button } from "./html.js";
import { useEffect, useState } from "../vendor/preact.min.js";
import { signal } from "../vendor/signals.min.js";

const KEY = "gal-studio-sharpened";
const SMALL = 256; // pixels a side, as the server has it
const SIDE = 512; // pixels of an enlarged one

export const sharpens = signal(kept(KEY) !== "off");
const isSmall = signal(false);

export function toggleSharpened() {
  sharpens.value = !sharpens.value;
  keep(KEY, sharpens.value ? null : "off");
}

/** The address of an image, enlarged. @param {string} src */
export const enlargedAddress = (src) => `${src}${src.includes("?") ? "&" : "?"}side=${SIDE}`;

/** One word, pressed or not; nothing where the image is large. */
export const SharpenedButton = () =>
  isSmall.value
    ? html`<${Button}
        title="Firmer edges where a small image is enlarged; what is stored and measured stays"
        aria-pressed=${String(sharpens.value)} onClick=${toggleSharpened}
      >Sharpened<//>`
    : null;

/** Pixels a side of the image that was shown last: the next one of a model has as many. */
let usual = 0;

/**
 * An image that is shown enlarged; `plain` where it is compared with others.
 * @param {{ src: string, alt: string, plain?: boolean }} props
 */
export function EnlargedImage({ src, alt, plain = false }) {
  const [own, know] = useState({ src: "", side: 0 }); // of the image as it is stored
  const side = own.src === src ? own.side : usual;
  const small = side > 0 && side <= SMALL;
  const sharp = small && !plain && sharpens.value;
  useEffect(() => {
    isSmall.value = small && !plain;
    return () => {
      isSmall.value = false;
    };
  }, [small, plain]);
  /** @param {Event} event */
  const loaded = ({ currentTarget }) => {
    const { naturalWidth, naturalHeight } = /** @type {HTMLImageElement} */ (currentTarget);
    const most = Math.max(naturalWidth, naturalHeight);
    if (sharp && most === SIDE) return;
    usual = most;
    if (own.src !== src || own.side !== most) know({ src, side: most });
  };
  return html`<img
    src=${sharp ? enlargedAddress(src) : src} alt=${alt} draggable=${false}
    data-own=${small ? side : null} onLoad=${loaded}
  />`;
}
