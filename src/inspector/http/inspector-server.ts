import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline, Readable } from "node:stream";
import { refused } from "../inspector-options.ts";
import type { Recorder } from "../recorder.ts";
import { traceLines } from "../trace/read-trace.ts";
import { Access } from "./access.ts";
import { type Asset, readAssets } from "./assets.ts";
import { control } from "./control.ts";
import { LiveFeed } from "./live-feed.ts";
import { respond, respondText, writeHead } from "./respond.ts";

/** How often the pages are told what is new. */
const pumpMs = 100;
/** Fewer than the six connections that a browser opens to one address: the page and its buttons must get through. */
const mostFeeds = 4;
/** Somebody who connects and says nothing gives the place back soon. */
const patience = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
};

/** Serves the page to this machine. Keeps no process alive. */
export class InspectorServer {
  readonly #server: Server;
  readonly #recorder: Recorder;
  readonly #allowControl: boolean;
  readonly #assets: ReadonlyMap<string, Asset>;
  readonly #access: Access;
  readonly #feeds = new Set<LiveFeed>();
  #timer: NodeJS.Timeout | undefined;

  static async open(
    recorder: Recorder,
    { port, allowControl }: { readonly port: number; readonly allowControl: boolean },
  ): Promise<InspectorServer> {
    const assets = await readAssets();
    const server = createServer(patience);
    await listen(server, port);
    return new InspectorServer(server, recorder, assets, allowControl);
  }

  private constructor(
    server: Server,
    recorder: Recorder,
    assets: ReadonlyMap<string, Asset>,
    allowControl: boolean,
  ) {
    this.#server = server;
    this.#recorder = recorder;
    this.#assets = assets;
    this.#allowControl = allowControl;
    this.#access = new Access(this.#port);
    server.maxConnections = 64;
    server.on("request", (request, response) => this.#answer(request, response));
    server.unref();
    server.on("connection", (socket) => socket.unref());
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The token is in the part that browsers keep to themselves: it is in no request line, log or Referer. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}/#token=${this.#access.token}`;
  }

  /** How many pages look on */
  get viewers(): number {
    return this.#feeds.size;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const feed of this.#feeds) feed.end();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const denial = this.#access.denyStranger(request);
    const [path = ""] = (request.url ?? "").split("?");
    if (denial) respondText(response, denial.status, denial.message);
    else if (path.startsWith("/api/")) this.#answerPage(path, request, response);
    else this.#sendAsset(path, request, response);
  }

  #sendAsset(path: string, { method }: IncomingMessage, response: ServerResponse): void {
    const asset = this.#assets.get(path);
    if (asset === undefined) respondText(response, 404, "There is nothing here");
    else if (method !== "GET") respondText(response, 405, "Only GET");
    else respond(response, 200, asset.type, asset.body);
  }

  #answerPage(path: string, request: IncomingMessage, response: ServerResponse): void {
    const denial = this.#access.denyUnknown(request);
    const asked = `${request.method} ${path}`;
    if (denial) respondText(response, denial.status, denial.message);
    else if (asked === "GET /api/stream") this.#feed(response);
    else if (asked === "GET /api/trace") this.#sendTrace(response);
    else if (asked === "POST /api/control") this.#control(request, response);
    else respondText(response, 404, "There is nothing here");
  }

  #feed(response: ServerResponse): void {
    if (this.#feeds.size >= mostFeeds) {
      respondText(response, 503, "Too many pages show this inspector already: close one of them");
      return;
    }
    const { history, header, trace, now } = this.#recorder;
    const allowControl = this.#allowControl;
    const feed = new LiveFeed(response, { history, header, trace, now, allowControl });
    this.#feeds.add(feed);
    response.once("close", () => {
      this.#feeds.delete(feed);
      if (this.#feeds.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    });
    this.#timer ??= setInterval(() => {
      for (const open of this.#feeds) open.pump();
    }, pumpMs).unref();
  }

  #sendTrace(response: ServerResponse): void {
    const { header, history } = this.#recorder;
    writeHead(response, 200, { "content-type": "application/jsonl; charset=utf-8" });
    // As fast as it is taken. A page that goes away in the middle is no failure of ours.
    pipeline(Readable.from(traceLines(header, history.all())), response, () => {});
  }

  #control(request: IncomingMessage, response: ServerResponse): void {
    if (!this.#allowControl) {
      respondText(response, 403, "The inspector only looks: option allowControl");
      return;
    }
    control(this.#recorder, request).then(
      ({ status, message }) => respondText(response, status, message),
      () => response.destroy(),
    );
  }
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(refused([{ path: "port", message: `cannot be used: ${error.code}` }], error)),
    );
    server.listen({ host: "127.0.0.1", port }, () => {
      server.removeAllListeners("error");
      // What fails from now on is one connection.
      server.on("error", () => {});
      resolve();
    });
  });
}
