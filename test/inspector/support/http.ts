import { once } from "node:events";
import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { afterwards } from "../../external-plugin/support/harness.ts";

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
}

/** The address of an inspector in its parts. */
export function partsOf(inspectorUrl: string): { readonly origin: string; readonly token: string } {
  const { origin, hash } = new URL(inspectorUrl);
  return { origin, token: hash.replace("#token=", "") };
}

/** As a program asks: with the headers that it is told, and no others. */
export async function ask(url: string, asked: Asked = {}): Promise<Answer> {
  const response = await open(url, asked);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text: Buffer.concat(chunks).toString(),
  };
}

/** The answer as far as its head; the rest is read by whoever wants it. */
export async function open(
  url: string,
  { method = "GET", headers, body }: Asked,
): Promise<IncomingMessage> {
  const asking: ClientRequest = request(url, { method, agent: false, ...(headers && { headers }) });
  afterwards(() => asking.destroy());
  asking.end(body);
  const [response] = await once(asking, "response");
  asking.on("error", () => {});
  return response;
}

/** Server-sent events, one after the other. */
export async function* eventsIn(
  response: IncomingMessage,
): AsyncGenerator<{ readonly name: string; readonly data: unknown }> {
  let rest = "";
  response.setEncoding("utf8");
  for await (const chunk of response) {
    const events = (rest + chunk).split("\n\n");
    rest = events.pop() ?? "";
    for (const event of events) {
      const [, name = "", data = ""] = /^event: (\w+)\ndata: (.*)$/.exec(event) ?? [];
      yield { name, data: JSON.parse(data) };
    }
  }
}
