import { type CallbackActorLogic, fromCallback } from "xstate";
import type { SessionCommand, SessionInput } from "../../machines/index.ts";
import { portOf } from "./connection-port.ts";
import { PluginSession } from "./plugin-session.ts";

/** The machine's `session`. XState leaves a callback that throws without its clean-up: a PluginSession never does. */
export const sessionActor: CallbackActorLogic<SessionCommand, SessionInput> = fromCallback<
  SessionCommand,
  SessionInput
>(({ input, sendBack, receive }) => {
  const session = new PluginSession(portOf(input.port), input.generation, sendBack);
  receive((command) => session.obey(command));
  session.open();
  return () => session.dispose();
});
