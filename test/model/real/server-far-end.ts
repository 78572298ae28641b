import { mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { SessionCommand, SessionFact } from "../../../machines/index.ts";
import type { PluginConfigInput } from "../../../src/models/plugin-config.ts";
import type { PluginOptions } from "../../../src/options.ts";
import {
  initialized,
  type SeenRequest,
  SteerableServer,
} from "../../fixtures/http/steerable-server.ts";
import { pluginName } from "./bounds.ts";
import { isClosing, isRefusal } from "./causes.ts";
import { soon } from "./difference.ts";
import { type FarEnd, type Gate, SlowPolicy } from "./far-end.ts";
import type { RealPath, RealStep } from "./paths.ts";
import type { Outlook } from "./plan.ts";
import { configuration, passes, rpcError, strangeVersion, toolResult } from "./wire.ts";

/** What was asked: a phase of an opening, or the number of a call */
type Question = string | number;

/** One opening, from the moment at which it may be connected. */
interface Opening {
  readonly generation: number;
  readonly gate: Gate<boolean>;
  readonly held: Map<Question, SeenRequest>;
}

/** A plugin server over HTTP. It holds every request. */
export class ServerFarEnd implements FarEnd {
  readonly #server: SteerableServer;
  readonly #directory: string;
  readonly #hasFile: boolean;
  readonly #policy = new SlowPolicy();
  readonly #openings: Opening[] = [];
  /** Those which the server knows */
  readonly #sessions = new Set<number>();
  /** Requests that nobody has looked at yet */
  readonly #unseen: SeenRequest[] = [];
  #isHolding = true;

  private constructor(server: SteerableServer, directory: string, hasFile: boolean) {
    this.#server = server;
    this.#directory = directory;
    this.#hasFile = hasFile;
    for (const kind of ["initialize", "notifications/initialized", "tools/call", "DELETE"]) {
      server.on(kind, (request) => this.#take(request));
    }
    server.on("notifications/cancelled", (request) => request.respond(202, this.#headers));
  }

  static async start({ steps }: RealPath): Promise<ServerFarEnd> {
    const directory = await mkdtemp(path.join(tmpdir(), "real-"));
    const uds = path.join(directory, socketName);
    // A socket's file can be moved away for a while. A port that is given up may be taken by somebody else.
    const isRefused = steps.some(
      ({ move, from }) =>
        isRefusal(move) || (from.leaf === "connecting" && move.label === "failed"),
    );
    // Connections end when the path says so, or by the client's will: never in a race of the two.
    const server = await SteerableServer.start({ keepAliveMs: 0, ...(isRefused && { uds }) });
    return new ServerFarEnd(server, directory, isRefused);
  }

  get config(): PluginConfigInput {
    const uds = this.#hasFile ? this.#socket : undefined;
    const mcp = { proto: "STREAMABLEHTTP", url: this.#server.url, uds } as const;
    return { name: pluginName, kind: "external", mcp };
  }

  get options(): PluginOptions {
    return { urlPolicy: this.#policy.ask };
  }

  get alive(): number[] {
    return [...this.#sessions];
  }

  sends(id: number): number[] {
    return this.#server.requests.filter((request) => questionOf(request) === id).map(generationOf);
  }

  #take(request: SeenRequest): void {
    if (this.#isHolding) this.#unseen.push(request);
    else this.#dismiss(request);
  }

  async receive({ from, to }: RealStep, outlook: Outlook): Promise<void> {
    const { spawned = [], commands = [] } = to.arrival?.effects ?? {};
    for (const generation of spawned) await this.#begin(generation);
    if (isClosing(from)) return;
    for (const command of commands) await this.#hear(command, outlook);
  }

  async #begin(generation: number): Promise<void> {
    if (this.#hasFile) await rename(this.#awaySocket, this.#socket).catch(() => {});
    const gate = await soon(this.#policy.next(), () => "the question whether to connect");
    this.#openings.push({ generation, gate, held: new Map() });
  }

  async #hear(command: SessionCommand, { isHeld, isRefused }: Outlook): Promise<void> {
    switch (command.type) {
      case "session.initialize":
        await this.#hold("initialize");
        // There is a session from here on, and the handshake is not over.
        if (isHeld) await this.#beginSession();
        break;
      case "session.fetchConfig":
        await this.#hold("get_plugin_config");
        break;
      case "session.call":
        if (isRefused) break;
        for (const { request } of command.calls) await this.#hold(request.id);
        break;
      case "session.cancel":
        for (const id of command.ids) await this.#seeAborted(id);
        break;
      case "session.close":
        if (isHeld) await this.#hold("DELETE");
    }
  }

  async #seeAborted(id: number): Promise<void> {
    const { over } = this.#takeHeld(id);
    await soon(over, () => `the abort of call ${id}`);
  }

  /** The request comes, and belongs to the session of this generation. */
  async #hold(question: Question): Promise<void> {
    const isMeant = (request: SeenRequest): boolean => questionOf(request) === question;
    const come = this.#server.until(() => this.#unseen.some(isMeant));
    await soon(come, () => `the request ${question}`);
    const [request] = this.#unseen.splice(this.#unseen.findIndex(isMeant), 1);
    const { generation, held } = this.#current;
    if (!request) return;
    const session = request.headers["mcp-session-id"];
    const expected = question === "initialize" ? undefined : sessionId(generation);
    if (session !== expected) throw new Error(`${question} comes in session ${session}`);
    held.set(question, request);
  }

  async #beginSession(): Promise<void> {
    const { generation } = this.#current;
    this.#sessions.add(generation);
    this.#takeHeld("initialize").json(initialized, {
      ...this.#headers,
      "mcp-session-id": sessionId(generation),
    });
    await this.#hold("notifications/initialized");
  }

  async bringAbout(step: RealStep, outlook: Outlook): Promise<string | undefined> {
    const fact = step.move.event as SessionFact;
    switch (fact.type) {
      case "session.opened":
        this.#current.gate.open(true);
        return undefined;
      case "session.initialized":
        if (this.#current.held.has("initialize")) await this.#beginSession();
        this.#takeHeld("notifications/initialized").respond(202, this.#headers);
        return undefined;
      case "session.configured":
        this.#takeHeld("get_plugin_config").json(
          { result: toolResult(configuration(fact.hooks)) },
          this.#headers,
        );
        return undefined;
      case "hooks.answered":
        for (const id of fact.ids)
          this.#takeHeld(id).json(
            fact.successful ? { result: passes } : { error: rpcError },
            this.#headers,
          );
        return undefined;
      case "session.lost":
        if (step.from.leaf.startsWith("ready.")) return this.#lose(fact);
        return await this.#fail(step.from.leaf, fact.fault.fatal, outlook);
      case "session.closed":
        this.#sessions.delete(this.#current.generation);
        this.#takeHeld("DELETE").respond(200);
        return undefined;
    }
  }

  /** A session that is not known any more, or a connection that breaks. */
  #lose({ ended, unsent }: Extract<SessionFact, { type: "session.lost" }>): string {
    for (const id of ended) {
      const request = this.#takeHeld(id);
      if (!unsent.includes(id)) request.cut(this.#hasFile ? "close" : "reset");
      else {
        this.#sessions.delete(this.#current.generation);
        request.respond(404);
      }
    }
    return "SESSION_LOST";
  }

  async #fail(leaf: string, isFatal: boolean, { isHeld }: Outlook): Promise<string> {
    if (leaf === "connecting") {
      if (!isFatal) await rename(this.#socket, this.#awaySocket);
      this.#current.gate.open(!isFatal);
      return isFatal ? "CONFIG_INVALID" : "CONNECT_FAILED";
    }
    if (leaf === "initializing" && isFatal && !isHeld) {
      this.#takeHeld("initialize").json({ result: strangeVersion });
      return "VERSION_UNSUPPORTED";
    }
    const [[question] = []] = this.#current.held;
    this.#takeHeld(question ?? "").respond(isFatal ? 401 : 500);
    return isFatal ? "UNAUTHORIZED" : "HTTP_STATUS";
  }

  #takeHeld(question: Question): SeenRequest {
    const { held } = this.#current;
    const request = held.get(question);
    if (!request) throw new Error(`${question} is not held`);
    held.delete(question);
    return request;
  }

  /** Without a connection that is kept for the next request, the next one finds nobody. */
  async vanish(): Promise<void> {
    const idle = this.#server.until(({ openConnections }) => openConnections === 0);
    await soon(idle, () => "the end of the idle connections");
    await rename(this.#socket, this.#awaySocket);
    this.#sessions.clear();
  }

  async letGo(): Promise<void> {
    this.#isHolding = false;
    this.#policy.letGo();
    const held = this.#openings.flatMap((opening) => [...opening.held.values()]);
    for (const request of [...held, ...this.#unseen]) this.#dismiss(request);
  }

  /** All that is said at the end. */
  #dismiss(request: SeenRequest): void {
    if (request.kind === "DELETE") this.#sessions.delete(generationOf(request));
    request.respond(request.kind === "DELETE" ? 200 : 503);
  }

  async leftovers(): Promise<readonly string[]> {
    await soon(
      this.#server.until(({ openConnections }) => openConnections === 0),
      () => "the end of all connections",
    );
    return [...this.#sessions].map((generation) => `session ${generation}`);
  }

  async close(): Promise<void> {
    await this.#server.stop();
    await rm(this.#directory, { recursive: true });
  }

  /** A server that may vanish keeps no connection: nobody can tell when the other side notices that one has ended. */
  get #headers(): Record<string, string> {
    return this.#hasFile ? { connection: "close" } : {};
  }

  get #socket(): string {
    return path.join(this.#directory, socketName);
  }

  get #awaySocket(): string {
    return path.join(this.#directory, "away");
  }

  get #current(): Opening {
    const opening = this.#openings.at(-1);
    if (!opening) throw new Error("nothing was opened");
    return opening;
  }
}

const socketName = "server";

const sessionId = (generation: number): string => `session-${generation}`;

const generationOf = ({ headers }: SeenRequest): number =>
  Number(/^session-(\d+)$/.exec(String(headers["mcp-session-id"]))?.[1]);

function questionOf(request: SeenRequest): Question {
  if (request.kind !== "tools/call") return request.kind;
  const { name }: { name?: string } = (request.message.params ?? {}) as object;
  return name === "invoke_hook" ? Number(request.key) : String(name);
}
