import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Target } from "./contender.ts";
import { builtFile } from "./files.ts";
import { eachLine } from "./lines.ts";
import type { Cell } from "./plan.ts";

/** The servers that listen. Those for stdio are started by the contenders themselves. */
export class Targets {
  readonly #servers = new Map<string, Promise<Server>>();

  async of({ server, transport }: Cell): Promise<Target> {
    const file = builtFile(`servers/${server}.js`);
    if (transport === "stdio") return { kind: "stdio", command: process.execPath, args: [file] };
    const key = `${server} ${transport}`;
    let starting = this.#servers.get(key);
    if (starting === undefined) {
      starting = startServer(file, `--${transport}`);
      this.#servers.set(key, starting);
    }
    const { url } = await starting;
    return { kind: "http", url };
  }

  async end(): Promise<void> {
    const servers = await Promise.allSettled(this.#servers.values());
    await Promise.all(servers.map((server) => server.status === "fulfilled" && server.value.end()));
  }
}

interface Server {
  readonly url: string;
  end(): Promise<unknown>;
}

async function startServer(file: string, option: string): Promise<Server> {
  const child = spawn(process.execPath, [file, option], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const url = await new Promise<string>((resolve, reject) => {
    eachLine(child.stdout, resolve);
    ended.then(() => reject(new Error(`${file} has ended`)), reject);
  });
  return {
    url,
    end: () => {
      child.stdin.end();
      return ended;
    },
  };
}
