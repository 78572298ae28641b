const maxUrlLength = 2048;
const dangerousProtocol = /(?:javascript|data|vbscript|about|chrome|file|ftp|mailto):/i;
const htmlTag =
  /<\/*(?:applet|area|audio|base|body|canvas|embed|form|frame|frameset|head|html|iframe|img|link|map|meta|object|script|source|style|svg|track|video)\b/i;
const scriptPattern = /[\s"'`<>=](?:on[a-z]+\s*=|<\s*script\b)/i;
const invalidAddresses = ["0.0.0.0", "[::]"];

/**
 * What is wrong with the URL of a plugin server, in the reference's words, without showing the URL. Addresses of this
 * machine, of private networks and of IPv6 are let through, unlike in the reference: whom to connect to is for the host's
 * `urlPolicy` to say.
 */
export function urlProblem(url: string): string | undefined {
  return writtenProblem(url) ?? parsedProblem(url);
}

function writtenProblem(url: string): string | undefined {
  if (url.length > maxUrlLength) return `URL exceeds maximum length of ${maxUrlLength}`;
  if (!/^(?:http|ws)s?:\/\//i.test(url))
    return "URL must start with one of: http://, https://, ws://, wss:// (the last two cannot be used here)";
  if (/^ws/i.test(url))
    return "URL must start with http:// or https://: plugins are not reached over WebSockets";
  const [, authority = "", rest = ""] = /^[a-z]+:\/\/([^/?#\\]*)(.*)$/is.exec(url) ?? [];
  // Only behind the authority: a host may well be named `profile` and have a port.
  if (dangerousProtocol.test(rest))
    return "URL contains unsupported or potentially dangerous protocol";
  if (/[\r\n]/.test(url)) return "URL contains line breaks which are not allowed";
  if (/\s/.test(url.replace(/\?.*$/s, "")))
    return "URL contains spaces which are not allowed in URLs";
  // The parser would take the first name of the path for the host.
  if (authority === "") return "URL is not a valid URL";
  const port = /:(\d+)$/.exec(authority)?.[1];
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535))
    return "URL contains invalid port number";
  return undefined;
}

function parsedProblem(url: string): string | undefined {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined) return "URL is not a valid URL";
  if (parsed.username !== "" || parsed.password !== "")
    return "URL contains credentials which are not allowed: use the option headers";
  if (invalidAddresses.includes(parsed.hostname))
    return `URL contains invalid IP address (${parsed.hostname})`;
  if (htmlTag.test(url)) return "URL contains HTML tags that may cause security issues";
  if (scriptPattern.test(url)) return "URL contains script patterns that may cause security issues";
  return undefined;
}
