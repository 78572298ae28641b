export type { Call, CallOutcome, HookRequestRef, RefusalCode, Settlement } from "./call.ts";
export type { Backoff, CoolingCause, Fault, Link } from "./link.ts";
export { pluginConnectionMachine } from "./plugin-connection.machine.ts";
export type {
  ConnectionContext,
  ConnectionEmitted,
  ConnectionEvent,
  ConnectionInput,
  ConnectionOutput,
  ConnectionSettings,
  EndReason,
  HostCommand,
  Intent,
  SessionCommand,
  SessionFact,
  SessionInput,
  SettleParams,
} from "./plugin-connection.types.ts";
export type { ReplayPolicy, Traffic } from "./traffic.ts";
