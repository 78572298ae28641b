import type { ConnectionEmitted, Link } from "../machines/index.ts";
import { outageError } from "./actors/call-failure.ts";
import type { ConnectionPort } from "./actors/connection-port.ts";
import type { PluginEmitter } from "./plugin-events.ts";

/** Passes on what the machine emits, with errors in the place of its faults. The end is told when it is over. */
export function tellEvent(
  emitter: PluginEmitter,
  port: ConnectionPort,
  link: Link,
  event: ConnectionEmitted,
): void {
  switch (event.type) {
    case "plugin.ready":
      emitter.emit("ready", { generation: event.generation });
      break;
    case "plugin.reconnecting": {
      const { attempt, delayMs, cause } = event;
      emitter.emit("reconnecting", { attempt, delayMs, cause: cause && port.errorOf(cause) });
      break;
    }
    case "plugin.coolingDown": {
      const { nextProbeAt } = event;
      emitter.emit("coolingDown", { nextProbeAt, cause: outageError(port, link) ?? null });
      break;
    }
    case "plugin.terminated":
      break;
  }
}
