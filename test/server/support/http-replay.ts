import type { PluginServer } from "../../../src/server/index.ts";
import { type HttpRecording, httpRecordings } from "./golden.ts";
import { type RawResponse, rawRequest } from "./raw-http.ts";

export interface Replay {
  readonly recorded: HttpRecording;
  readonly answer: RawResponse;
}

const sessionHeader = "mcp-session-id";

/** Repeats the recorded requests in their order, with the session that the server gives in the place of the recorded one. */
export async function replay(server: Pick<PluginServer, "url" | "uds">): Promise<Replay[]> {
  const sessions = new Map<string | undefined, string>();
  const replays: Replay[] = [];
  for (const recorded of httpRecordings()) {
    const { method, path, headers, body } = recorded.request;
    const answer = await rawRequest(server, {
      method,
      path,
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [
          name.toLowerCase(),
          sessions.get(value) ?? value,
        ]),
      ),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const given = recorded.response.headers[sessionHeader];
    if (answer.headers[sessionHeader] !== undefined && !sessions.has(given))
      sessions.set(given, String(answer.headers[sessionHeader]));
    replays.push({ recorded, answer });
  }
  return replays;
}
