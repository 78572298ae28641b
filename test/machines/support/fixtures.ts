import type { ConnectionSettings, Fault, HookRequestRef } from "../../../machines/index.ts";

const forProcess: ConnectionSettings = {
  transport: "stdio",
  lazy: false,
  replay: "provable",
  openMs: 10_000,
  initializeMs: 30_000,
  fetchConfigMs: 12_000,
  stableAfterMs: 10_000,
  idleTimeoutMs: null,
  abandonGraceMs: 5_000,
  lossGraceMs: 1_000,
  reconnectDrainMs: 20_000,
  stopLimitMs: 9_000,
  startAttempts: 1,
  startDelayMs: 1_000,
  backoff: { kind: "linear", attempts: 3, delayMs: 100, factor: 1.6, maxMs: 30_000 },
  restartLimit: { losses: 5, withinMs: 10_000 },
  onExhausted: "coolDown",
  maxInFlight: 1,
  maxQueue: 1_000,
  maxQueueBytes: 64 * 1024 * 1024,
};

export function settingsOf(overrides: Partial<ConnectionSettings> = {}): ConnectionSettings {
  return { ...forProcess, ...overrides };
}

export const overHttp: Partial<ConnectionSettings> = { transport: "http", startAttempts: 3 };

export function requestOf(id: number, overrides: Partial<HookRequestRef> = {}): HookRequestRef {
  return {
    id,
    hookType: "guard",
    bytes: 10,
    createdAt: 0,
    deadline: 1_000_000,
    waitForReady: false,
    ...overrides,
  };
}

export function faultOf(code: string, overrides: Partial<Fault> = {}): Fault {
  return { code, phase: "invoking", fatal: false, detail: null, ...overrides };
}
