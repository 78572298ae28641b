import { expect, test } from "vitest";
import { expectEvent } from "../../machines/plugin-connection.guards.ts";

test("a rule that is asked about an event which it does not know says so: the chart is wired wrongly", () => {
  const event = { type: "plugin.start" } as const;
  expect(expectEvent(event, "plugin.start")).toBe(event);
  expect(() => expectEvent(event, "hook.cancel", "hooks.expired")).toThrow(
    "plugin.start where hook.cancel or hooks.expired was expected",
  );
});
