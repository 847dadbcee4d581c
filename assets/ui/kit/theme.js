/** Light or dark theme: the system's setting, unless the user has chosen another; stored in this browser. */
import { keep, kept } from "./kept.js";
const KEY = "gal-studio-theme";
const system = matchMedia("(prefers-color-scheme: dark)");

export const theme = () => kept(KEY) ?? (system.matches ? "dark" : "light");

export function applyTheme() {
  document.documentElement.dataset.theme = theme();
  document.body.classList.toggle("dark", theme() === "dark");
  document.dispatchEvent(new CustomEvent("studio-theme"));
}

export function toggleTheme() {
  const next = theme() === "dark" ? "light" : "dark";
  const isKept = keep(KEY, next === (system.matches ? "dark" : "light") ? null : next);
  if (isKept) applyTheme();
  else document.documentElement.dataset.theme = next;
}

system.addEventListener("change", applyTheme);
