/** Light or dark theme: the system's setting, unless the user has chosen another; stored in this browser. */
const KEY = "gal-studio-theme";
const system = matchMedia("(prefers-color-scheme: dark)");

const stored = () => {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
};

export const theme = () => stored() ?? (system.matches ? "dark" : "light");

export function applyTheme() {
  document.documentElement.dataset.theme = theme();
  document.body.classList.toggle("dark", theme() === "dark");
  document.dispatchEvent(new CustomEvent("studio-theme"));
}

export function toggleTheme() {
  const next = theme() === "dark" ? "light" : "dark";
  try {
    if (next === (system.matches ? "dark" : "light")) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, next);
  } catch {
    document.documentElement.dataset.theme = next;
    return;
  }
  applyTheme();
}

system.addEventListener("change", applyTheme);
