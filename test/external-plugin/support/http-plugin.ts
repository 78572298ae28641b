import type { SeenRequest, SteerableOptions } from "../../fixtures/http/steerable-server.ts";
import { SteerableServer } from "../../fixtures/http/steerable-server.ts";
import { afterwards } from "./harness.ts";

/** One run of a hook. */
interface Run {
  readonly key: unknown;
  readonly session: string;
  readonly meta: unknown;
}

interface HookCall {
  readonly name?: string;
  readonly _meta?: unknown;
  readonly arguments?: {
    readonly plugin_name?: string;
    readonly hook_type?: string;
    readonly payload?: { readonly key?: unknown };
    readonly context?: unknown;
  };
}

/** A plugin server over HTTP that keeps sessions, and a ledger of the hooks that it has run. */
export class HttpPlugin {
  readonly ledger: Run[] = [];
  /** What `get_plugin_config` answers */
  config: Record<string, unknown> = {
    name: "Guard",
    kind: "guard.Guard",
    hooks: ["tool_pre_invoke"],
  };
  readonly #sessions = new Set<string>();
  #server: SteerableServer;
  #begun = 0;

  private constructor(server: SteerableServer) {
    this.#server = server;
    this.#prepare();
  }

  static async start(options?: SteerableOptions): Promise<HttpPlugin> {
    const plugin = new HttpPlugin(await SteerableServer.start(options));
    afterwards(() => plugin.#server.stop());
    return plugin;
  }

  get server(): SteerableServer {
    return this.#server;
  }

  get url(): string {
    return this.#server.url;
  }

  /** How often a session was begun */
  get begun(): number {
    return this.#begun;
  }

  get openSessions(): number {
    return this.#sessions.size;
  }

  /** As a server does that is started anew: it knows no session any more. */
  forget(): void {
    this.#sessions.clear();
  }

  /** Serves again, after its server was stopped, at the same place. */
  async restart(port: number): Promise<void> {
    this.#server = await SteerableServer.start({ port });
    this.forget();
    this.#prepare();
  }

  /** Whether the session of a request is known; if not, it gets its 404. */
  admits(request: SeenRequest): boolean {
    if (this.#sessions.has(sessionOf(request))) return true;
    request.respond(404);
    return false;
  }

  /** Answers a call as a plugin does, and notes that it was run. */
  answer(request: SeenRequest): void {
    const { name, _meta, arguments: args = {} } = paramsOf(request);
    if (name === "get_plugin_config") {
      request.json({ result: text(this.config) });
      return;
    }
    const key = args.payload?.key;
    this.ledger.push({ key, session: sessionOf(request), meta: _meta });
    request.json({ result: hookResult(args.plugin_name, { echo: key }, args.context) });
  }

  /** Lets requests wait until `count` calls of hooks are there, and then does the same with each. */
  gather(count: number, treat: (request: SeenRequest) => void): void {
    const gathered: SeenRequest[] = [];
    this.#server.on("tools/call", (request) => {
      if (paramsOf(request).name !== "invoke_hook" || gathered.length === count) {
        if (this.admits(request)) this.answer(request);
        return;
      }
      gathered.push(request);
      if (gathered.length === count) for (const each of gathered) treat(each);
    });
  }

  /** Calls of hooks, as they came. */
  get hookCalls(): SeenRequest[] {
    return this.#server.of("tools/call").filter(isHookCall);
  }

  /** The nth call of a hook, from 0, now or when it comes. */
  async seenHook(index = 0): Promise<SeenRequest> {
    await this.#server.until(() => this.hookCalls.length > index);
    const request = this.hookCalls[index];
    if (request === undefined) throw new Error("expected a call");
    return request;
  }

  /** Leaves calls of hooks unanswered; `seenHook` hands them out. */
  holdHooks(): void {
    this.#server.on("tools/call", (request) => {
      if (this.admits(request) && !isHookCall(request)) this.answer(request);
    });
  }

  answerHooks(): void {
    this.#server.on("tools/call", (request) => {
      if (this.admits(request)) this.answer(request);
    });
  }

  #prepare(): void {
    this.#server.on("initialize", (request) => {
      const id = `session-${++this.#begun}`;
      this.#sessions.add(id);
      request.json(initialized, { "mcp-session-id": id });
    });
    this.#server.on("DELETE", (request) => {
      if (this.#sessions.delete(sessionOf(request))) request.respond(200);
      else request.respond(404);
    });
    this.answerHooks();
  }
}

const initialized = {
  result: {
    protocolVersion: "2025-11-25",
    capabilities: { tools: {} },
    serverInfo: { name: "steerable", version: "1.0.0" },
  },
};

export function isHookCall(request: SeenRequest): boolean {
  return paramsOf(request).name === "invoke_hook";
}

/** A result that lets the request pass, with this metadata. */
export function hookResult(pluginName: unknown, metadata: object, context?: unknown): object {
  const result = { continue_processing: true, modified_payload: null, violation: null, metadata };
  return text({ plugin_name: pluginName, result, ...(context !== undefined && { context }) });
}

/** A tool's result with one text. */
export function text(value: unknown): { content: object[]; isError: boolean } {
  return { content: [{ type: "text", text: JSON.stringify(value) }], isError: false };
}

function sessionOf({ headers }: SeenRequest): string {
  return String(headers["mcp-session-id"] ?? "");
}

function paramsOf({ message }: SeenRequest): HookCall {
  return (message.params ?? {}) as HookCall;
}
