import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { request as httpsRequest, type RequestOptions } from "node:https";
import type { PluginServer } from "../../../src/server/index.ts";

export interface RawRequest {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
  /** TLS and other options of Node's client */
  readonly options?: RequestOptions;
}

export interface RawResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One HTTP request with exactly these headers, on a connection of its own. */
export async function rawRequest(
  server: Pick<PluginServer, "url" | "uds">,
  { method = "GET", path, headers = {}, body, options }: RawRequest,
  signal?: AbortSignal,
): Promise<RawResponse> {
  const url = new URL(server.url ?? "");
  const send = url.protocol === "https:" ? httpsRequest : httpRequest;
  return await new Promise((resolve, reject) => {
    const request = send(
      {
        host: url.hostname.replace(/^\[|\]$/g, ""),
        port: url.port,
        ...(server.uds === undefined ? {} : { socketPath: server.uds }),
        path: path ?? url.pathname,
        method,
        headers: { host: url.host, ...headers },
        agent: false,
        ...(signal === undefined ? {} : { signal }),
        ...options,
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("error", reject);
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
        );
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}
