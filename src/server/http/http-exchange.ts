import type { ServerResponse } from "node:http";
import type { InFlight } from "../in-flight.ts";
import { answerText, type JsonRpcAnswer } from "../json-rpc.ts";
import { eventOf, eventStreamHeaders, keepStreamAlive } from "./event-stream.ts";

type Headers = Readonly<Record<string, string>>;

/**
 * One POST that waits for its answer. Quick answers leave in one piece; the head of an event stream is sent early only
 * if the answer takes so long that the client, or something in between, could lose patience.
 */
export class HttpExchange {
  readonly #response: ServerResponse;
  readonly #json: boolean;

  constructor(response: ServerResponse, json: boolean, inFlight: InFlight) {
    this.#response = response;
    this.#json = json;
    inFlight.begin();
    response.once("close", () => inFlight.end());
  }

  /** Calls back once, when the exchange is over: answered in full, or the client has left. */
  onOver(listener: (answered: boolean) => void): void {
    this.#response.once("close", () => listener(this.#response.writableFinished));
  }

  answer(answer: JsonRpcAnswer, headers: Headers): void {
    if (this.#response.destroyed) return;
    const text = this.#json ? answerText(answer) : eventOf(answerText(answer));
    if (!this.#response.headersSent) {
      this.#response.writeHead(200, {
        ...(this.#json ? { "content-type": "application/json" } : eventStreamHeaders),
        "content-length": Buffer.byteLength(text),
        ...headers,
      });
    }
    this.#response.end(text);
  }

  keepAlive(headers: Headers): void {
    if (!this.#json) keepStreamAlive(this.#response, headers);
  }

  /** Gives up without an answer: the client sees its connection break, and knows no more than that. */
  drop(): void {
    this.#response.destroy();
  }
}
