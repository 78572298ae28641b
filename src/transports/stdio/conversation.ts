import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { Clock } from "../../clock.ts";
import { type CallOutcome, PluginError, type PluginErrorCode } from "../../errors.ts";
import type { Logger } from "../../logger.ts";
import type { ChannelListener, WireAnswer, WireCall, WireFailure } from "../channel.ts";
import { decodeUtf8, LineSplitter, lossyText } from "../framing.ts";
import {
  isAnswer,
  isJsonObject,
  isRequestOrNotification,
  type JsonObject,
  parseJson,
  readAnswerBody,
} from "../message.ts";
import { CallTable, type OpenCall } from "./call-table.ts";
import { GarbageMeter } from "./garbage-meter.ts";
import { type Frame, Outbox } from "./outbox.ts";
import { SdkTransport } from "./sdk-transport.ts";

const callRoomUnits = 64 * 1_024 * 1_024;
// A plugin that asks without end and reads no answer must not fill the memory.
const serviceRoomUnits = 1_024 * 1_024;

export interface ConversationSpec {
  readonly plugin: string;
  readonly maxMessageBytes: number;
  readonly exposePluginText: boolean;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly listener: ChannelListener;
  /** Hands text to the pipe. False: no more until `resume` */
  write(text: string): boolean;
  /** The plugin breaks the protocol so that nothing it says can be trusted any more. */
  violated(code: "TOO_LARGE" | "INVALID_RESPONSE", message: string): void;
  close(): Promise<void>;
}

/** How often something came that belongs to nobody. */
export interface ConversationCounters {
  /** Lines that are no JSON-RPC messages */
  readonly garbageLines: number;
  /** Answers to calls that were answered before, or never made */
  readonly lateAnswers: number;
  /** Answers with ids that nobody here uses */
  readonly strayAnswers: number;
}

/** JSON-RPC over the two pipes of a child: calls on the direct path, and all else between the plugin and the SDK. */
export class Conversation {
  readonly #spec: ConversationSpec;
  readonly #calls = new CallTable();
  readonly #outbox: Outbox;
  readonly #splitter: LineSplitter;
  readonly #garbage: GarbageMeter;
  readonly #sdk: SdkTransport;
  #answered: WireAnswer[] = [];
  #failed: WireFailure[] = [];
  #hasCalled = false;
  #isFlooded = false;
  #isTooLarge = false;
  #hasEnded = false;
  /** Length of what waits besides calls */
  #serviceUnits = 0;
  #lateAnswers = 0;
  #strayAnswers = 0;

  constructor(spec: ConversationSpec) {
    this.#spec = spec;
    this.#outbox = new Outbox((text) => spec.write(text));
    this.#splitter = new LineSplitter(spec.maxMessageBytes, (line) => this.#read(line));
    this.#garbage = new GarbageMeter(spec.clock, spec.logger, spec.exposePluginText);
    this.#sdk = new SdkTransport({
      send: (frame) => this.#sendService(frame),
      close: () => spec.close(),
    });
  }

  get transport(): Transport {
    return this.#sdk;
  }

  /** Whether the handshake is over */
  get isEstablished(): boolean {
    return this.#hasCalled || this.#sdk.hasInitialized;
  }

  get counters(): ConversationCounters {
    return {
      garbageLines: this.#garbage.total,
      lateAnswers: this.#lateAnswers,
      strayAnswers: this.#strayAnswers,
    };
  }

  /** Bytes of a message whose end has not come */
  get unfinishedBytes(): number {
    return this.#splitter.heldBytes;
  }

  call(calls: readonly WireCall[]): void {
    this.#hasCalled = true;
    const frames: OpenCall[] = [];
    const refused: WireFailure[] = [];
    let units = this.#outbox.waitingUnits - this.#serviceUnits;
    for (const call of calls) {
      const frame = this.#calls.add(call);
      if (units > 0 && units + frame.text.length > callRoomUnits) {
        this.#calls.delete(frame);
        refused.push(this.#failure(call.id, "QUEUE_FULL", "not_processed", texts.pipeFull));
      } else {
        units += frame.text.length;
        frames.push(frame);
      }
    }
    this.#outbox.send(frames);
    if (refused.length > 0) this.#spec.listener.failed(refused);
  }

  cancel(ids: readonly number[]): void {
    const notices: Frame[] = [];
    const withdrawn: WireFailure[] = [];
    for (const id of ids) {
      const call = this.#calls.get(id);
      if (call === undefined || call.isCancelled) continue;
      if (this.#outbox.remove(call)) {
        this.#calls.delete(call);
        withdrawn.push(this.#failure(id, "ABORTED", "not_processed", texts.withdrawn));
      } else {
        call.isCancelled = true;
        notices.push(cancelNotice(call.wireId));
      }
    }
    for (const notice of notices) this.#sendService(notice);
    if (withdrawn.length > 0) this.#spec.listener.failed(withdrawn);
  }

  /** Bytes from the plugin. All answers in them are reported together. */
  receive(chunk: Buffer): void {
    const fits = this.#splitter.push(chunk);
    this.#report();
    if (this.#hasEnded) return;
    if (!fits || this.#isTooLarge)
      this.#spec.violated("TOO_LARGE", texts.tooLarge(this.#spec.maxMessageBytes));
    else if (this.#isFlooded) this.#spec.violated("INVALID_RESPONSE", texts.flooded);
  }

  /** The pipe takes writes again. */
  resume(): void {
    this.#outbox.resume();
  }

  /** Nothing is written any more; what the plugin still says is read. */
  stopWriting(): void {
    this.#outbox.block();
  }

  /** Ends all calls, and the SDK's part. Nothing is reported any more. */
  end(error: PluginError): { ended: number[]; unsent: number[] } {
    this.#hasEnded = true;
    this.#outbox.block();
    this.#outbox.clear();
    const calls = this.#calls.clear();
    this.#sdk.end(error);
    return {
      ended: calls.map(({ id }) => id),
      unsent: calls.filter(({ isSent }) => !isSent).map(({ id }) => id),
    };
  }

  // The room of calls does not count here: one large call that waits must not keep the handshake from going on.
  #sendService(frame: Frame): PluginError | undefined {
    const units = frame.text.length;
    if (this.#serviceUnits > 0 && this.#serviceUnits + units > serviceRoomUnits)
      return this.#error("QUEUE_FULL", undefined, texts.pipeFull);
    this.#serviceUnits += units;
    const onSent = (): void => {
      this.#serviceUnits -= units;
      frame.onSent?.();
    };
    this.#outbox.send([{ ...frame, onSent }]);
    return undefined;
  }

  #read(line: Buffer): void {
    if (this.#isFlooded || this.#hasEnded) return;
    const text = decodeUtf8(line);
    const value = text === undefined ? undefined : parseJson(text);
    if (text === undefined) this.#readBroken(line);
    else if (isJsonObject(value)) this.#route(value, line);
    else if (text.trim() !== "") this.#refuse(line, value);
  }

  #route(message: JsonObject, line: Buffer): void {
    const { id } = message;
    const call = this.#sentCall(id);
    if (isRequestOrNotification(message)) this.#sdk.deliver(message);
    else if (call) this.#settle(call, message);
    else if (this.#sdk.isAwaiting(id)) this.#sdk.answer(id, readAnswerBody(message));
    else if (!isAnswer(message)) this.#refuse(line, message);
    else if (id === null && message.error !== undefined) this.#routeUnnamedError(message);
    else this.#noteStray(id);
  }

  // Nobody answers what was not asked yet, so an id that was guessed counts for nothing.
  #sentCall(id: unknown): OpenCall | undefined {
    const call = this.#calls.named(id);
    return call?.isSent ? call : undefined;
  }

  #settle(call: OpenCall, message: JsonObject): void {
    const body = readAnswerBody(message);
    if (body) {
      this.#calls.delete(call);
      this.#answered.push({ id: call.id, body });
    } else {
      this.#refuseAnswer(call, texts.malformed);
    }
  }

  #refuseAnswer(call: OpenCall, message: string): void {
    this.#calls.delete(call);
    this.#failed.push(this.#failure(call.id, "INVALID_RESPONSE", "answered", message));
  }

  // Such an error means a message that the plugin could not read, which is ours if only one is out.
  #routeUnnamedError(message: JsonObject): void {
    const call = this.#calls.onlySent;
    const { awaited } = this.#sdk;
    if (call && awaited.length === 0) this.#settle(call, message);
    else if (!call && this.#calls.size === 0 && awaited.length === 1)
      this.#sdk.answer(awaited[0], readAnswerBody(message));
    else this.#noteUnnamedError();
  }

  #noteUnnamedError(): void {
    this.#strayAnswers++;
    this.#spec.logger.warn("the plugin reported an error that names no call", {
      callsOut: this.#calls.size,
    });
  }

  #noteStray(id: unknown): void {
    if (this.#calls.isOwnId(id)) this.#lateAnswers++;
    else this.#strayAnswers++;
    this.#spec.logger.debug("ignored an answer that nobody waits for", { ...this.counters });
  }

  // A decision must not pass through replacement characters, but whose answer it is may still be legible.
  #readBroken(line: Buffer): void {
    const text = lossyText(line);
    if (text === undefined) {
      this.#isTooLarge = true;
      return;
    }
    const message = parseJson(text);
    const call = isJsonObject(message) ? this.#sentCall(message.id) : undefined;
    if (call) this.#refuseAnswer(call, texts.notUtf8);
    else this.#refuse(line, undefined);
  }

  #refuse(line: Buffer, value: unknown): void {
    // Calls that a batch answers would otherwise wait for their deadline.
    for (const member of Array.isArray(value) ? value : []) {
      const call = isJsonObject(member) ? this.#sentCall(member.id) : undefined;
      if (call) this.#refuseAnswer(call, texts.batch);
    }
    if (!this.#garbage.add(line)) this.#isFlooded = true;
  }

  #report(): void {
    const answered = this.#answered;
    const failed = this.#failed;
    if (answered.length > 0) {
      this.#answered = [];
      if (!this.#hasEnded) this.#spec.listener.answered(answered);
    }
    if (failed.length > 0) {
      this.#failed = [];
      if (!this.#hasEnded) this.#spec.listener.failed(failed);
    }
  }

  #failure(id: number, code: PluginErrorCode, outcome: CallOutcome, message: string): WireFailure {
    return { id, error: this.#error(code, outcome, message) };
  }

  #error(code: PluginErrorCode, outcome: CallOutcome | undefined, message: string): PluginError {
    return new PluginError({
      code,
      message,
      plugin: this.#spec.plugin,
      outcome,
      phase: this.isEstablished ? "invoking" : "initializing",
    });
  }
}

function cancelNotice(wireId: string): Frame {
  // Why a caller has gone is not the plugin's business.
  const params = `{"requestId":"${wireId}","reason":"cancelled by the host"}`;
  const text = `{"jsonrpc":"2.0","method":"notifications/cancelled","params":${params}}\n`;
  return { text, isSent: false };
}

const texts = {
  pipeFull:
    "The plugin process does not read its input, and what waits for it has reached its limit",
  withdrawn: "The call was cancelled before it was sent",
  malformed: "The plugin's answer is no JSON-RPC answer with exactly one of result and error",
  notUtf8: "The plugin's answer is not valid UTF-8",
  batch: "The plugin answered with a JSON-RPC batch, which is not accepted",
  flooded:
    "The plugin process printed more than 100 lines on stdout within 10 s that are no messages",
  tooLarge: (bytes: number): string =>
    `The plugin process sent a message of more than ${bytes} bytes (option maxMessageBytes)`,
} as const;
