export interface Shortcuts {
  stepBack(): void;
  stepOn(): void;
  togglePlay(): void;
  live(): void;
  search(): void;
  tab(index: number): void;
  keys(): void;
}

/** Single keys, where nothing else wants them. */
export function watchShortcuts(shortcuts: Shortcuts): void {
  const keys: Readonly<Record<string, () => void>> = {
    "[": shortcuts.stepBack,
    "]": shortcuts.stepOn,
    p: shortcuts.togglePlay,
    l: shortcuts.live,
    "/": shortcuts.search,
    "1": () => shortcuts.tab(0),
    "2": () => shortcuts.tab(1),
    "?": shortcuts.keys,
  };
  document.addEventListener("keydown", (event) => {
    const { target, key, ctrlKey, metaKey, altKey } = event;
    if (ctrlKey || metaKey || altKey || isTyping(target) || document.querySelector("dialog[open]"))
      return;
    const act = keys[key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  });
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && !["checkbox", "range"].includes(target.type))
  );
}
