import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** How a server of the bench is asked for: nothing for stdio, else `--http-json` or `--http-sse`. */
export const transport: "stdio" | "http-json" | "http-sse" = process.argv.includes("--http-sse")
  ? "http-sse"
  : process.argv.includes("--http-json")
    ? "http-json"
    : "stdio";

/** Says where the server is, and ends it when whoever has started it is gone. */
export function announce(url: string): void {
  process.stdout.write(`${url}\n`);
  process.stdin.resume().on("end", () => process.exit());
}

/** Listens on a free port, and announces it. */
export function listen(server: Server): void {
  server.keepAliveTimeout = 60_000;
  server.listen(0, "127.0.0.1", () => {
    const { port } = server.address() as AddressInfo;
    announce(`http://127.0.0.1:${port}/mcp`);
  });
}
