/** Decides which `Host` and `Origin` headers are answered. */
export interface HostPolicy {
  allowsHost(host: string | undefined): boolean;
  allowsOrigin(origin: string | undefined, host: string | undefined): boolean;
}

const hostPattern = /^(\[[\da-f:.]+\]|[^\s:@/?#[\]]+)(?::(\d{1,5}))?$/i;
const loopbackNames = ["localhost", "127.0.0.1", "[::1]"];

interface HostName {
  readonly name: string;
  readonly port: string | undefined;
}

export function parseHost(text: string): HostName | undefined {
  const match = hostPattern.exec(text);
  return match?.[1] === undefined ? undefined : { name: match[1].toLowerCase(), port: match[2] };
}

export function isLoopback(host: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/i.test(host);
}

/**
 * A page on the web can make a browser send requests to an address of this machine under a name of its own. Bound to
 * loopback or to a Unix socket (`bound` undefined), only loopback names are answered, and those in `allowed` (a name
 * with or without a port). Bound elsewhere the names of this machine are not known: then the check needs `allowed`, and
 * without it an `Origin` only has to be the host itself.
 */
export function hostPolicy(
  bound: string | undefined,
  allowed: readonly string[] | undefined,
): HostPolicy {
  const local = bound === undefined || isLoopback(bound);
  if (!local && allowed === undefined) {
    return { allowsHost: () => true, allowsOrigin: isSameHost };
  }
  const names = [...(local ? [...loopbackNames, bound ?? "localhost"] : []), ...(allowed ?? [])]
    .map(parseHost)
    .filter((name) => name !== undefined);
  const allowsHost = (host: string | undefined): boolean => {
    const asked = host === undefined ? undefined : parseHost(host);
    return asked !== undefined && names.some((name) => covers(name, asked));
  };
  return {
    allowsHost,
    allowsOrigin: (origin) => origin === undefined || allowsHost(hostOfOrigin(origin)),
  };
}

function covers(allowed: HostName, asked: HostName): boolean {
  return allowed.name === asked.name && (allowed.port === undefined || allowed.port === asked.port);
}

function isSameHost(origin: string | undefined, host: string | undefined): boolean {
  return origin === undefined || hostOfOrigin(origin) === host?.toLowerCase();
}

// `null`, and what is no web origin, has no host and is never allowed.
function hostOfOrigin(origin: string): string | undefined {
  return /^https?:\/\/([^/]+)$/i.exec(origin)?.[1]?.toLowerCase();
}
