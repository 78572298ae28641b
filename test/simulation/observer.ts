import type { ExternalPlugin } from "../../src/index.ts";
import type { WorldEvent } from "../../src/testing/index.ts";
import type { History } from "./history.ts";
import { note, noteError, type Sightings } from "./sightings.ts";

const marks = /"mcp-tether\/idempotencyKey":"([^"]+)","mcp-tether\/attempt":(\d)/g;

/** Writes down what can be seen from outside: on the wire, at the plugin, and of the connection's states. */
export class Observer {
  readonly #history: History;
  readonly #sightings: Sightings;
  #lives = 0;

  constructor(history: History, sightings: Sightings) {
    this.#history = history;
    this.#sightings = sightings;
  }

  /** Connections so far: after a start that has failed, the next one is another */
  get lives(): number {
    return this.#lives;
  }

  /** Text that the client writes. A call shows itself by its key. */
  sent(text: string, gen: number): void {
    for (const [, key = "", attempt] of text.matchAll(marks)) {
      const ev = attempt === "1" ? "send" : "retry";
      this.#history.add({ ev, key, attempt: Number(attempt), gen });
    }
  }

  happened(event: WorldEvent): void {
    const history = this.#history;
    switch (event.type) {
      case "opened":
      case "closed":
        history.add({ ev: event.type, what: event.what, id: event.id });
        break;
      case "started": {
        const { run, attempt, idempotencyKey } = event;
        history.add({ ev: "begun", run, key: idempotencyKey ?? "", attempt });
        break;
      }
      case "ended":
        history.add({ ev: "over", run: event.run, how: event.how });
        break;
      case "struck":
        note(this.#sightings.faults, event.fault);
        history.add({ ev: "struck", fault: event.fault, lastsMs: event.lastsMs });
    }
  }

  watch(plugin: ExternalPlugin): void {
    const { states } = this.#sightings;
    plugin.on("stateChange", ({ from, to: state, generation: gen }) => {
      note(states, from);
      note(states, state);
      if (from === "idle") this.#lives += 1;
      this.#history.add({ ev: "state", state, gen, life: this.#lives });
    });
    for (const event of ["reconnecting", "coolingDown"] as const)
      plugin.on(event, ({ cause }) => cause && noteError(this.#sightings, cause));
    plugin.on("terminated", ({ error }) => error && noteError(this.#sightings, error));
  }
}
