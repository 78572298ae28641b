import type { PluginConfigInput, PluginContext } from "mcp-tether";
import {
  connectionInput,
  createHookRequest,
  type HookRequest,
  type HookSettled,
  pluginConnectionLogic,
} from "mcp-tether/xstate";
import { type ActorRefFrom, assign, emit, enqueueActions, sendTo, setup } from "xstate";

type Connection = ActorRefFrom<typeof pluginConnectionLogic>;

/** A tool's call and its answer, which the guard may refuse and the masker may change. */
export interface ToolRun {
  readonly id: string;
  readonly name: string;
  readonly args: Record<string, unknown>;
  readonly result: unknown;
}

/** What came of it, for whoever listens with `actor.on()`. */
export interface ToolAnswered {
  readonly type: "tool.answered";
  readonly id: string;
  readonly outcome: "blocked" | "answered" | "failed";
  /** The result, masked; or the code of the rule, or of the error */
  readonly value: unknown;
}

type GatewayEvent =
  | { readonly type: "tool.called"; readonly run: ToolRun }
  | { readonly type: "guard.allowed"; readonly run: ToolRun }
  | { readonly type: "tool.finished"; readonly answer: ToolAnswered }
  | { readonly type: "gateway.stop" }
  | HookSettled;

/** A call that is with one of the plugins. */
type Asked =
  | {
      readonly of: "guard";
      readonly run: ToolRun;
      readonly request: HookRequest<"tool_pre_invoke">;
    }
  | {
      readonly of: "masker";
      readonly run: ToolRun;
      readonly request: HookRequest<"tool_post_invoke">;
    };

interface GatewayContext {
  readonly guard: Connection;
  readonly masker: Connection;
  /** By the id of the request */
  readonly asked: Readonly<Record<number, Asked>>;
  readonly stopped: number;
}

/** The two plugins' configurations. */
export interface GatewayInput {
  readonly guard: PluginConfigInput;
  readonly masker: PluginConfigInput;
}

/**
 * A gateway that is itself a statechart: two connections are its children. It asks by events, gets `hook.settled`, and is
 * done when both have stopped.
 */
export const gatewayMachine = setup({
  types: {
    context: {} as GatewayContext,
    events: {} as GatewayEvent,
    emitted: {} as ToolAnswered,
    input: {} as GatewayInput,
  },
  actors: { connection: pluginConnectionLogic },
  actions: {
    askGuard: enqueueActions(({ context, enqueue, self }, run: ToolRun) => {
      const payload = { name: run.name, args: run.args };
      const request = createHookRequest("tool_pre_invoke", payload, contextOf(run), {
        replyTo: self,
      });
      enqueue.assign({ asked: { ...context.asked, [request.id]: { of: "guard", run, request } } });
      enqueue.sendTo(context.guard, { type: "hook.invoke", requests: [request] });
    }),
    askMasker: enqueueActions(({ context, enqueue, self }, run: ToolRun) => {
      const payload = { name: run.name, result: run.result };
      const request = createHookRequest("tool_post_invoke", payload, contextOf(run), {
        replyTo: self,
      });
      enqueue.assign({ asked: { ...context.asked, [request.id]: { of: "masker", run, request } } });
      enqueue.sendTo(context.masker, { type: "hook.invoke", requests: [request] });
    }),
    // The event says that there is an end; the value never was in an event, and is read from the request.
    readResult: ({ context, self }, { id, code }: HookSettled) => {
      const asked = context.asked[id];
      if (asked === undefined) return;
      void nextOf(asked, code).then((next) => self.send(next));
    },
    forget: assign({
      asked: ({ context }, { id }: HookSettled) => {
        const { [id]: _settled, ...others } = context.asked;
        return others;
      },
    }),
    countStopped: assign({ stopped: ({ context }) => context.stopped + 1 }),
  },
  guards: { areBothStopped: ({ context }) => context.stopped === 2 },
}).createMachine({
  id: "gateway",
  context: ({ input, spawn }) => ({
    guard: spawn("connection", { id: "guard", input: connectionInput(input.guard) }),
    masker: spawn("connection", { id: "masker", input: connectionInput(input.masker) }),
    asked: {},
    stopped: 0,
  }),
  initial: "working",
  on: {
    "xstate.done.actor.guard": { actions: "countStopped" },
    "xstate.done.actor.masker": { actions: "countStopped" },
    "hook.settled": {
      actions: [
        { type: "readResult", params: ({ event }) => event },
        { type: "forget", params: ({ event }) => event },
      ],
    },
    "tool.finished": { actions: emit(({ event }) => event.answer) },
  },
  states: {
    working: {
      entry: [
        sendTo(({ context }) => context.guard, { type: "plugin.start" }),
        sendTo(({ context }) => context.masker, { type: "plugin.start" }),
      ],
      on: {
        // Nothing has to wait until the plugins are ready: their connections have queues.
        "tool.called": { actions: { type: "askGuard", params: ({ event }) => event.run } },
        "guard.allowed": { actions: { type: "askMasker", params: ({ event }) => event.run } },
        "gateway.stop": "stopping",
      },
    },
    stopping: {
      entry: [
        sendTo(({ context }) => context.guard, { type: "plugin.stop", drainMs: 1_000 }),
        sendTo(({ context }) => context.masker, { type: "plugin.stop", drainMs: 1_000 }),
      ],
      always: { guard: "areBothStopped", target: "stopped" },
    },
    stopped: { type: "final" },
  },
});

/** What follows from a call's end. */
async function nextOf(asked: Asked, code: string | undefined): Promise<GatewayEvent> {
  const { run } = asked;
  if (code !== undefined) return finished(run, "failed", code);
  if (asked.of === "masker") {
    const { modified_payload } = await asked.request.result;
    return finished(
      run,
      "answered",
      modified_payload === null ? run.result : modified_payload.result,
    );
  }
  const { continue_processing, violation } = await asked.request.result;
  return continue_processing
    ? { type: "guard.allowed", run }
    : finished(run, "blocked", violation?.code);
}

function finished(run: ToolRun, outcome: ToolAnswered["outcome"], value: unknown): GatewayEvent {
  return { type: "tool.finished", answer: { type: "tool.answered", id: run.id, outcome, value } };
}

function contextOf({ id }: ToolRun): PluginContext {
  return { state: {}, metadata: {}, global_context: { request_id: id, state: {}, metadata: {} } };
}
