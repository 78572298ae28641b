import { byId, setText } from "./dom.ts";

const key = "mcp-tether.theme";
const themes = ["auto", "light", "dark"] as const;

/** As the system has it, unless somebody wants it otherwise here. */
export function watchTheme(): void {
  const button = byId("theme", HTMLButtonElement);
  let theme = themes.find((known) => known === localStorage.getItem(key)) ?? "auto";
  const show = (): void => {
    document.documentElement.setAttribute("data-theme", theme);
    setText(button, `Theme: ${theme}`);
  };
  button.addEventListener("click", () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length] ?? "auto";
    localStorage.setItem(key, theme);
    show();
  });
  show();
}
