import type { InspectionEvent } from "xstate";
import type { ConnectionEvent, pluginConnectionMachine } from "../../machines/index.ts";
import type { Bounds } from "../machines/exhaustive/bounds.ts";
import { TestConnection } from "../machines/support/test-connection.ts";
import type { ModelMove, ModelState } from "./model.ts";
import { Observer } from "./observation.ts";

export interface DriveOptions {
  /** Default: the machine that ships */
  readonly machine?: typeof pluginConnectionMachine;
  readonly inspect?: (event: InspectionEvent) => void;
}

/** A real actor which is led along a path, with services that do as they are told, in simulated time. */
export class DrivenConnection {
  readonly connection: TestConnection;
  readonly observer: Observer;

  constructor({ settings }: Bounds, options: DriveOptions = {}) {
    this.connection = new TestConnection(settings, options);
    this.observer = new Observer(this.connection);
  }

  /** Brings about what leads from one state of a path to the next one. */
  take({ event }: ModelMove, { waits }: ModelState): void {
    if (event.type.startsWith("xstate.after.")) {
      const ms = waits[event.type];
      if (ms === undefined || !this.connection.clock.fire(ms)) {
        throw new Error(`no timer of ${ms} ms for ${event.type}`);
      }
      return;
    }
    // Facts come from the session, if there is one.
    const { session } = this.connection;
    if (session && "generation" in event) session.say(event);
    else this.connection.send(event as ConnectionEvent);
  }
}
