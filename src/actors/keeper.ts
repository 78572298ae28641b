import { type AnyActorRef, type CallbackActorLogic, fromCallback } from "xstate";
import { portOf } from "./connection-port.ts";

interface KeeperInput {
  readonly port: unknown;
  readonly connection: AnyActorRef;
}

/**
 * Lives as long as the connection's actor. Where that ends in any way but by a stop event, no exit action runs, and after a
 * throwing action not even its children are stopped: so this one listens for itself.
 */
export const keeper: CallbackActorLogic<{ type: "never" }, KeeperInput> = fromCallback<
  { type: "never" },
  KeeperInput
>(({ input }) => {
  const port = portOf(input.port);
  port.attach(input.connection);
  const end = (): void => port.end();
  const subscription = input.connection.subscribe({ error: end, complete: end });
  return () => {
    subscription.unsubscribe();
    port.end();
  };
});
