import { describe, expect, test } from "vitest";
import { type AnyActorRef, createActor, fromCallback } from "xstate";
import { pluginConnectionMachine } from "../../machines/index.ts";
import { requestOf, settingsOf } from "./support/fixtures.ts";
import { allowLateEvents } from "./support/late-events.ts";
import { TestConnection, testedMachine } from "./support/test-connection.ts";

allowLateEvents();

// What must never happen: an action or a service of the host throws. The machine cannot go on then, but whoever has to clean
// up hears of it.

/** A keeper as a host needs it: told of every end, also of those that XState does not stop the children for. */
function attentiveKeeper(heard: string[]) {
  return fromCallback<{ type: "never" }, { port: unknown; connection: AnyActorRef }>(
    ({ input }) => {
      const subscription = input.connection.subscribe({
        error: () => heard.push("error"),
        complete: () => heard.push("complete"),
      });
      return () => {
        subscription.unsubscribe();
        heard.push("stopped");
      };
    },
  );
}

function readyWith(
  parts: Parameters<typeof testedMachine.provide>[0],
  heard: string[],
): TestConnection {
  const keeper = attentiveKeeper(heard);
  const machine = testedMachine.provide({ ...parts, actors: { keeper, ...parts.actors } });
  const connection = new TestConnection({}, { machine });
  connection.start();
  connection.becomeReady();
  connection.invoke(requestOf(1), requestOf(2));
  return connection;
}

test("an action that throws ends the actor, and the keeper hears of it although nobody stops it", () => {
  const heard: string[] = [];
  const thrown = new Error("from settleCalls");
  const connection = readyWith(
    {
      actions: {
        settleCalls: () => {
          throw thrown;
        },
      },
    },
    heard,
  );
  connection.answered(1);
  expect(connection.actor.getSnapshot()).toMatchObject({ status: "error", error: thrown });
  expect(connection.crashes).toEqual([thrown]);
  expect(heard).toEqual(["error"]);
  // Neither session nor keeper is stopped: the clean-up is the keeper's.
  expect(connection.session?.isReleased).toBe(false);
});

test("a session that throws ends the actor, and stops the keeper", () => {
  const heard: string[] = [];
  const thrown = new Error("from the session");
  const session = fromCallback(({ receive }) => {
    receive(({ type }) => {
      if (type === "session.close") throw thrown;
    });
  });
  const machine = testedMachine.provide({
    actors: { session: session as never, keeper: attentiveKeeper(heard) },
  });
  const connection = new TestConnection({}, { machine });
  connection.start();
  connection.stop();
  expect(connection.actor.getSnapshot()).toMatchObject({ status: "error", error: thrown });
  expect(heard).toContain("stopped");
});

test("an actor that is stopped without a stop event stops the keeper and the session", () => {
  const heard: string[] = [];
  const connection = readyWith({}, heard);
  connection.actor.stop();
  expect(heard).toContain("stopped");
  expect(connection.sessions.map(({ isReleased }) => isReleased)).toEqual([true]);
  expect(connection.clock.pending).toBe(0);
});

test("a stop event ends the keeper with everything else", () => {
  const heard: string[] = [];
  const connection = readyWith({}, heard);
  connection.stop();
  connection.closed();
  expect(heard.filter((what) => what === "error")).toEqual([]);
  expect(heard).toContain("stopped");
});

describe("the machine without services", () => {
  const input = { settings: settingsOf(), port: null };

  test("says what is missing instead of waiting for nothing", () => {
    const errors: unknown[] = [];
    const actor = createActor(pluginConnectionMachine, { input });
    actor.subscribe({ error: (error) => errors.push(error) });
    actor.start();
    expect(errors).toMatchObject([
      { message: expect.stringContaining("needs the actor 'keeper': provide it") },
    ]);
  });

  test("names the session", () => {
    const { session } = pluginConnectionMachine.implementations.actors;
    const machine = testedMachine.provide({ actors: { session: session as never } });
    const connection = new TestConnection({}, { machine });
    connection.start();
    expect(connection.actor.getSnapshot()).toMatchObject({
      status: "error",
      error: { message: expect.stringContaining("needs the actor 'session'") },
    });
  });

  test.each(["settleCalls", "watchDeadlines", "watchAbandoned", "watchIdleness"] as const)(
    "names the action %s",
    (name) => {
      const own = pluginConnectionMachine.implementations.actions[name];
      const connection = new TestConnection(
        { idleTimeoutMs: 1_000 },
        { machine: testedMachine.provide({ actions: { [name]: own } as never }) },
      );
      connection.start();
      connection.becomeReady();
      connection.invoke(requestOf(1));
      connection.cancel(1);
      expect(connection.crashes).toMatchObject([
        { message: expect.stringContaining(`needs the action '${name}'`) },
      ]);
    },
  );
});
