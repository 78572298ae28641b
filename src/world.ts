import type { ProtocolEra } from "./transports/era.ts";
import type { DialPort } from "./transports/http/http-spec.ts";
import type { SpawnPort } from "./transports/stdio/child.ts";
import type { CommandPort } from "./transports/stdio/stdio-spec.ts";

/** What a connection reaches plugins by, where that is not the operating system. */
export interface World {
  readonly resolve: CommandPort;
  readonly spawn: SpawnPort;
  readonly dial: DialPort;
  readonly era: ProtocolEra;
}

// Not an option of the public API: a simulation sets it. A symbol, so that it is in nobody's way.
const key = Symbol.for("mcp-tether.world");

export function worldOf(options: object): World | undefined {
  return Reflect.get(options, key);
}

export function inWorld<Options extends object>(options: Options, world: World): Options {
  return { ...options, [key]: world };
}
