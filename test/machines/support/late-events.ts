import { beforeEach, vi } from "vitest";

/** XState's development build warns of events to an actor that has ended. In the tests of a file they are meant, and silent. */
export function allowLateEvents(): void {
  beforeEach(() => {
    const { warn } = console;
    vi.spyOn(console, "warn").mockImplementation((...words) => {
      if (!String(words[0]).includes("was sent to stopped actor")) warn(...words);
    });
  });
}
