import { lstat, unlink } from "node:fs/promises";
import { connect } from "node:net";

/**
 * Makes room for a Unix socket: a socket file that nobody listens on, left behind by a process that was killed, is
 * removed. Resolves with what is in the way, if something is.
 */
export async function clearSocketPath(path: string): Promise<string | undefined> {
  const entry = await lstat(path).catch(() => undefined);
  if (entry === undefined) return undefined;
  if (!entry.isSocket()) return "is a file that is no socket; remove it, or choose another path";
  if (!(await isRefused(path))) return "is in use by another process; choose another path";
  await unlink(path).catch(() => undefined);
  return undefined;
}

// Only a refusal proves that nobody listens: a busy listener, and one that we may not connect to, answer otherwise.
async function isRefused(path: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(false);
    });
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "ECONNREFUSED"));
  });
}
