import { beforeEach, describe, expect, it } from "vitest";
import {
  type ActorRefFrom,
  assign,
  createActor,
  enqueueActions,
  sendTo,
  setup,
  stopChild,
  waitFor,
} from "xstate";
import type { HookSettled } from "../../src/xstate.ts";
import { connectionInput, createHookRequest, pluginConnectionLogic } from "../../src/xstate.ts";
import {
  failure,
  httpConfig,
  impatient,
  newContext,
  newControl,
  payload,
  stdioConfig,
} from "../external-plugin/support/harness.ts";
import { HttpPlugin } from "../external-plugin/support/http-plugin.ts";
import type { PluginControl } from "../fixtures/control.ts";
import { eventually } from "../fixtures/processes.ts";

type Connection = ActorRefFrom<typeof pluginConnectionLogic>;
type HostEvent =
  | HookSettled
  | { readonly type: "ask"; readonly who: "stdio" | "http"; readonly key: string }
  | { readonly type: "letGo" }
  | { readonly type: "end" };

/** A host that has two plugins, asks them by events, and is told by events. */
const host = setup({
  types: {
    context: {} as { settled: HookSettled[]; connections: Record<"stdio" | "http", Connection> },
    events: {} as HostEvent,
    input: {} as { stdio: object; http: object },
  },
  actors: { connection: pluginConnectionLogic },
}).createMachine({
  id: "host",
  context: ({ spawn, input }) => {
    const connect = (id: string, config: object): Connection =>
      spawn("connection", { id, input: connectionInput(config, impatient) });
    return {
      settled: [],
      connections: { stdio: connect("stdio", input.stdio), http: connect("http", input.http) },
    };
  },
  initial: "working",
  states: {
    working: {
      entry: enqueueActions(({ context, enqueue }) => {
        for (const connection of Object.values(context.connections))
          enqueue.sendTo(connection, { type: "plugin.start" });
      }),
      on: {
        ask: {
          actions: sendTo(
            ({ context, event }) => context.connections[event.who],
            ({ event, self }) => {
              const options = { replyTo: self };
              const context = newContext();
              const asked = payload(event.key);
              const request = createHookRequest("tool_pre_invoke", asked, context, options);
              return { type: "hook.invoke", requests: [request] };
            },
          ),
        },
        "hook.settled": {
          actions: assign(({ context, event }) => ({ settled: [...context.settled, event] })),
        },
        letGo: { actions: stopChild("stdio") },
        end: { target: "ending" },
      },
    },
    ending: {
      entry: enqueueActions(({ context, enqueue }) => {
        for (const connection of Object.values(context.connections))
          enqueue.sendTo(connection, { type: "plugin.stop", drainMs: 1_000 });
      }),
      on: {
        "hook.settled": {
          actions: assign(({ context, event }) => ({ settled: [...context.settled, event] })),
        },
      },
    },
  },
});

let control: PluginControl;

beforeEach(async () => {
  control = await newControl();
});

async function startHost(server: HttpPlugin) {
  const input = { stdio: stdioConfig(control), http: httpConfig(server.url) };
  const actor = createActor(host, { input });
  actor.start();
  const { connections } = actor.getSnapshot().context;
  for (const connection of Object.values(connections))
    await waitFor(connection, (snapshot) => snapshot.matches("ready"));
  return { actor, connections };
}

describe("a machine that has plugins", () => {
  it("asks them by events, is told by events, and stops them", async () => {
    const server = await HttpPlugin.start();
    const { actor, connections } = await startHost(server);
    actor.send({ type: "ask", who: "stdio", key: "a" });
    actor.send({ type: "ask", who: "http", key: "b" });
    actor.send({ type: "ask", who: "stdio", key: "c" });
    const asked = await waitFor(actor, ({ context }) => context.settled.length === 3);
    expect(asked.context.settled.map(({ status }) => status)).toEqual(["ok", "ok", "ok"]);
    expect(control.ledger.map(({ key }) => key)).toEqual(["a", "c"]);
    expect(server.ledger.map(({ key }) => key)).toEqual(["b"]);
    actor.send({ type: "end" });
    for (const connection of Object.values(connections)) {
      const { output } = await waitFor(connection, ({ status }) => status === "done");
      expect(output).toEqual({ reason: "stopped", fault: null });
    }
    expect(control.survivors).toEqual([]);
    expect(server.openSessions).toBe(0);
    actor.stop();
  });

  it("may let go of one: its calls have their end, and its process is gone", async () => {
    const server = await HttpPlugin.start();
    control.prepare(
      { do: "treat", what: "invoke_hook", how: "hold" },
      { do: "ignoreEnd" },
      { do: "onSignal", signal: "SIGTERM", reaction: "ignore" },
    );
    const { actor } = await startHost(server);
    actor.send({ type: "ask", who: "stdio", key: "a" });
    actor.send({ type: "ask", who: "stdio", key: "b" });
    await (await control.started()).next("ran");
    actor.send({ type: "letGo" });
    const told = await waitFor(actor, ({ context }) => context.settled.length === 2);
    expect(told.context.settled.map(({ code }) => code)).toEqual(["STOPPED", "STOPPED"]);
    await eventually(() => control.survivors.length === 0, "its process is gone", 2_000);
    actor.send({ type: "ask", who: "http", key: "c" });
    await waitFor(actor, ({ context }) => context.settled.length === 3);
    actor.stop();
    await server.server.until(({ openConnections }) => openConnections === 0);
  });

  it("may be stopped itself, and leaves nothing", async () => {
    const server = await HttpPlugin.start();
    control.prepare({ do: "treat", what: "invoke_hook", how: "hold" });
    const { actor, connections } = await startHost(server);
    const request = createHookRequest("tool_pre_invoke", payload("a"), newContext());
    connections.stdio.send({ type: "hook.invoke", requests: [request] });
    await (await control.started()).next("ran");
    actor.stop();
    expect(await failure(request.result)).toMatchObject({ code: "STOPPED", outcome: "unknown" });
    await eventually(() => control.survivors.length === 0, "its process is gone", 2_000);
    await server.server.until(({ openConnections }) => openConnections === 0);
  });
});
