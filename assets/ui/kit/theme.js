/** Light or dark theme: the system's setting, unless the user has chosen another; stored in this browser. */
import { keep, kept } from "./kept.js";
import { signal } from "../vendor/signals.min.js";

const KEY = "gal-studio-theme";
const system = matchMedia("(prefers-color-scheme: dark)");

const usual = () => (system.matches ? "dark" : "light");
const wanted = () => kept(KEY) ?? usual();
const shown = signal(wanted());

export const theme = () => shown.value;

export function applyTheme(next = wanted()) {
  document.documentElement.dataset.theme = next;
  document.body.classList.toggle("dark", next === "dark");
  shown.value = next; // what is drawn in its colors follows
}

export function toggleTheme() {
  const next = theme() === "dark" ? "light" : "dark";
  keep(KEY, next === usual() ? null : next);
  applyTheme(next);
}

system.addEventListener("change", () => applyTheme());
