import type { Trigger } from "./chart.ts";

/**
 * Names a transition by its state, its event, and its place among those of that state for that event, such as
 * `ready.invoking/hooks.answered/1` or `closing/after.closeLimit/0`. Whoever watches a machine run can make the same name
 * of what XState reports as taken: `source.path`, `eventType`, and the index in the source's list.
 */
export function transitionKey(path: readonly string[], eventType: string, index: number): string {
  const { trigger, name } = triggerOf(eventType);
  const event = trigger === "event" ? name : [trigger, name].filter(Boolean).join(".");
  return `${path.join(".")}/${event}/${index}`;
}

/** XState names the events that it makes itself by their cause. */
export function triggerOf(eventType: string): { trigger: Trigger; name: string } {
  if (eventType === "") return { trigger: "always", name: "" };
  const [, delay] = /^xstate\.after\.([^.]+)\./.exec(eventType) ?? [];
  if (delay !== undefined) return { trigger: "after", name: delay };
  const [, kind, actor] = /^xstate\.(done|error)\.(?:actor|state)\.(.+)$/.exec(eventType) ?? [];
  if (kind === "done" || kind === "error") return { trigger: kind, name: actor ?? "" };
  return { trigger: "event", name: eventType };
}
