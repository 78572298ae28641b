import type { Plugin } from "../server/define-plugin.ts";

/**
 * How far a request has come when a fault strikes.
 * - `arrived`: the plugin has the request, and has not begun
 * - `running`: it is at work
 * - `answering`: half of the answer is out
 * - `answered`: all of it is
 */
export type Moment = "arrived" | "running" | "answering" | "answered";

/**
 * What is wrong with an answer.
 * - `noJson`: it breaks off in the middle
 * - `noUtf8`: bytes in it are no text
 * - `bothMembers`: it has `result` and `error`
 * - `noMember`: it has neither
 * - `batch`: it stands in a list
 * - `otherId`: it answers something that was not asked
 * - `huge`: it is longer than the option `maxMessageBytes` allows
 */
export type Garbling =
  | "noJson"
  | "noUtf8"
  | "bothMembers"
  | "noMember"
  | "batch"
  | "otherId"
  | "huge";

/** Something that goes wrong. Made by the functions of this module. */
export type Fault =
  | {
      readonly kind: "die";
      readonly moment: Moment;
      readonly code: number | null;
      readonly signal: string | null;
      readonly stderr: string;
      readonly downMs: number;
      readonly leavesOrphan: boolean;
    }
  | { readonly kind: "hang" }
  | { readonly kind: "freeze"; readonly forMs: number }
  | { readonly kind: "delay"; readonly ms: number }
  | { readonly kind: "loseSession" }
  | { readonly kind: "garble"; readonly how: Garbling }
  | { readonly kind: "answerWith"; readonly text: string; readonly isError: boolean }
  | { readonly kind: "rpcError"; readonly code: number; readonly message: string }
  | { readonly kind: "speak"; readonly version: string }
  | { readonly kind: "split"; readonly bytes: number; readonly everyMs: number }
  | { readonly kind: "duplicate" }
  | { readonly kind: "cut"; readonly moment: Moment }
  | { readonly kind: "refuse"; readonly code: string; readonly forMs: number }
  | {
      readonly kind: "status";
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  | { readonly kind: "print"; readonly lines: readonly string[] }
  | { readonly kind: "resist" }
  | { readonly kind: "change"; readonly plugin: Plugin };

export type FaultKind = Fault["kind"];

export interface DieOptions {
  /** Default `running` */
  readonly moment?: Moment;
  /** Exit code of the process. Default 1; null where a signal is given */
  readonly code?: number | null;
  /** The signal that ends the process, such as `SIGSEGV` */
  readonly signal?: string;
  /** What the process prints on stderr before it dies */
  readonly stderr?: string;
  /** How long it cannot be started or connected to again. Default 0 */
  readonly downMs?: number;
  /** A process that it has started lives on, and holds its stdout. Default false; without meaning over HTTP */
  readonly leavesOrphan?: boolean;
}

/** The plugin's process ends; over HTTP the server goes down with all its sessions. */
export function die(options: DieOptions = {}): Fault {
  const { moment = "running", signal = null, stderr = "", downMs = 0 } = options;
  const code = signal === null ? (options.code ?? 1) : null;
  return {
    kind: "die",
    moment,
    code,
    signal,
    stderr,
    downMs,
    leavesOrphan: options.leavesOrphan ?? false,
  };
}

/** The request is never answered. The plugin stays at work on it, and does not listen to a cancellation. */
export function hang(): Fault {
  return { kind: "hang" };
}

/** The whole plugin stands still, as after SIGSTOP: it reads and answers nothing, and only SIGKILL ends it. */
export function freeze(options: { readonly forMs?: number } = {}): Fault {
  return { kind: "freeze", forMs: options.forMs ?? Number.POSITIVE_INFINITY };
}

/** The request takes `ms` longer, also if it is cancelled. */
export function delay(ms: number): Fault {
  return { kind: "delay", ms };
}

/** The server forgets its sessions, and answers 404 to who has one. Over stdio the session is the process, and ends. */
export function loseSession(): Fault {
  return { kind: "loseSession" };
}

/** The plugin runs the request, but nobody can read its answer. */
export function garble(how: Garbling = "noJson"): Fault {
  return { kind: "garble", how };
}

/** The plugin runs the request, but answers with this text in the place of its own. */
export function answerWith(text: string, options: { readonly isError?: boolean } = {}): Fault {
  return { kind: "answerWith", text, isError: options.isError ?? false };
}

/** The request is refused with a JSON-RPC error, and not run. */
export function rpcError(code = -32_603, message = "Internal error"): Fault {
  return { kind: "rpcError", code, message };
}

/** The handshake is answered with another version of MCP. */
export function speak(version: string): Fault {
  return { kind: "speak", version };
}

/** The answer comes in pieces of so many bytes, at most 2 000 of them. */
export function split(bytes = 1, options: { readonly everyMs?: number } = {}): Fault {
  return { kind: "split", bytes, everyMs: options.everyMs ?? 0 };
}

/** The answer comes twice. */
export function duplicate(): Fault {
  return { kind: "duplicate" };
}

/** The connection is cut, and the server lives on. Over stdio the plugin closes its stdout. */
export function cut(options: { readonly moment?: Moment } = {}): Fault {
  return { kind: "cut", moment: options.moment ?? "answering" };
}

export interface RefuseOptions {
  /** Error code of the operating system. Default `ENOENT` for a process, `ECONNREFUSED` for a connection */
  readonly code?: string;
  /** How long it goes on. Default: only once */
  readonly forMs?: number;
}

/** A process cannot be started, or a connection cannot be made. */
export function refuse(options: RefuseOptions = {}): Fault {
  return { kind: "refuse", code: options.code ?? "", forMs: options.forMs ?? 0 };
}

export interface StatusOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** HTTP only: the request is answered with a status alone, and not run. */
export function status(code: number, options: StatusOptions = {}): Fault {
  return {
    kind: "status",
    status: code,
    headers: options.headers ?? {},
    body: options.body ?? "",
  };
}

/** stdio only: the plugin prints lines on stdout that are no messages. */
export function print(...lines: readonly string[]): Fault {
  return { kind: "print", lines };
}

/** stdio only: the process takes no notice of the end of its input, nor of SIGTERM. */
export function resist(): Fault {
  return { kind: "resist" };
}

/** From now on the server has this plugin. Its configuration is asked for at the next opening. */
export function change(plugin: Plugin): Fault {
  return { kind: "change", plugin };
}
