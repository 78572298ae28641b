import { tellHost } from "./tell-host.ts";

/** Receives what the library has to say. Fields hold codes, phases, counts and lengths, never payloads or secrets. */
export interface Logger {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

const nothing = (): void => {};

export const silentLogger: Logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
};

/** A logger whose methods neither throw nor reject: what a host's logger does wrong must not reach a connection. */
export function guardLogger(logger: Logger): Logger {
  const guarded =
    (level: keyof Logger): Logger["debug"] =>
    (message, fields) =>
      // If it fails there is nobody left to tell.
      tellHost(() => logger[level](message, fields));
  return {
    debug: guarded("debug"),
    info: guarded("info"),
    warn: guarded("warn"),
    error: guarded("error"),
  };
}
