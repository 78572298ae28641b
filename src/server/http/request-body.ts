import type { IncomingMessage } from "node:http";

/**
 * The body of a request; `too_large` as soon as it is known to be, `busy` if there is no room for it, `aborted` if the
 * client left before its end.
 *
 * @param hold takes room for bytes that have arrived; false if there is none
 */
export async function readBody(
  request: IncomingMessage,
  maxBytes: number,
  hold: (bytes: number) => boolean,
): Promise<Buffer | "too_large" | "busy" | "aborted"> {
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) return "too_large";
  return await new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const giveUp = (why: "too_large" | "busy"): void => {
      request.pause();
      resolve(why);
    };
    request.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBytes) giveUp("too_large");
      else if (!hold(chunk.length)) giveUp("busy");
      else chunks.push(chunk);
    });
    request.on("end", () => resolve(Buffer.concat(chunks)));
    request.on("close", () => resolve("aborted"));
  });
}
