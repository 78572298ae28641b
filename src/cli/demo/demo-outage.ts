import { setTimeout as wait } from "node:timers/promises";
import { allow, definePlugin, type PluginServer, servePlugins } from "../../server/index.ts";

const upMs = 14_000;
const downMs = 9_000;

/** A server over HTTP that goes away now and then, and comes back at the same port. */
export class DemoOutage {
  readonly url: string;
  readonly #name: string;
  readonly #port: number;
  #server: PluginServer | undefined;

  static async start(name: string): Promise<DemoOutage> {
    const server = await serve(name, 0);
    return new DemoOutage(name, server);
  }

  private constructor(name: string, server: PluginServer) {
    this.#name = name;
    this.#server = server;
    this.url = server.url ?? "";
    this.#port = Number(new URL(this.url).port);
  }

  /** Until the signal says that it is enough; then it is gone. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      for (;;) {
        await wait(upMs, undefined, { signal });
        await this.#server?.close();
        await wait(downMs, undefined, { signal });
        this.#server = await serve(this.#name, this.#port);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      await this.#server?.close();
    }
  }
}

function serve(name: string, port: number): Promise<PluginServer> {
  const answer = async (): Promise<ReturnType<typeof allow>> => {
    await wait(3 + Math.random() * 25);
    return allow();
  };
  const plugin = definePlugin({
    name,
    hooks: { tool_pre_invoke: answer, tool_post_invoke: answer },
  });
  return servePlugins([plugin], { transport: "http", port, drainMs: 0, handleSignals: false });
}
