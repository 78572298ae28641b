import { type CallbackActorLogic, fromCallback } from "xstate";
import type {
  ConnectionEvent,
  SessionCommand,
  SessionFact,
  SessionInput,
} from "../../../machines/index.ts";

/** A session that does nothing of its own: it notes what it is told, and says what the test makes it say. */
export interface ScriptedSession {
  readonly generation: number;
  readonly commands: readonly SessionCommand[];
  /** Its clean-up has run */
  readonly isReleased: boolean;
  say(fact: SessionFact): void;
}

/** What is told of sessions, in the order in which it happens. The port of the machine. */
export interface SessionWitness {
  spawned(session: ScriptedSession): void;
  told(session: ScriptedSession, command: SessionCommand): void;
  released(session: ScriptedSession): void;
}

export const scriptedSession: CallbackActorLogic<SessionCommand, SessionInput> = fromCallback<
  SessionCommand,
  SessionInput
>(({ input, sendBack, receive }) => {
  const witness = input.port as SessionWitness;
  const commands: SessionCommand[] = [];
  let isReleased = false;
  const session: ScriptedSession = {
    generation: input.generation,
    commands,
    get isReleased() {
      return isReleased;
    },
    say: (fact: ConnectionEvent) => sendBack(fact),
  };
  witness.spawned(session);
  receive((command) => {
    commands.push(command);
    witness.told(session, command);
  });
  return () => {
    isReleased = true;
    witness.released(session);
  };
});
