const maxUrlLength = 2048;
const dangerousProtocol = /(?:javascript|data|vbscript|about|chrome|file|ftp|mailto):/i;
const htmlTag = /<\/?[a-z!]/i;
const scriptPattern = /(?:^|[\s"'`<>=])on[a-z]+\s*=/i;
const invalidAddresses = ["0.0.0.0", "[::]"];

const credentials = "URL contains credentials which are not allowed: use the option headers";

/**
 * What is wrong with the URL of a plugin server, in the reference's words, without showing the URL. Addresses of this
 * machine, of private networks and of IPv6 are let through, unlike in the reference: whom to connect to is for the host's
 * `urlPolicy` to say.
 */
export function urlProblem(url: string): string | undefined {
  return writtenProblem(url) ?? parsedProblem(url);
}

function writtenProblem(url: string): string | undefined {
  if (url === "") return "URL cannot be empty";
  if (url.length > maxUrlLength) return `URL exceeds maximum length of ${maxUrlLength}`;
  if (!/^(?:http|ws)s?:\/\//i.test(url))
    return "URL must start with one of: http://, https://, ws://, wss:// (the last two cannot be used here)";
  if (/^ws/i.test(url))
    return "URL must start with http:// or https://: plugins are not reached over WebSockets";
  if (dangerousProtocol.test(decoded(behindAuthority(url))))
    return "URL contains unsupported or potentially dangerous protocol";
  if (/[\r\n]/.test(url)) return "URL contains line breaks which are not allowed";
  if (/\s/.test(beforeQuery(url))) return "URL contains spaces which are not allowed in URLs";
  return undefined;
}

function parsedProblem(url: string): string | undefined {
  const written = authority(url);
  if (written.includes("@")) return credentials;
  const port = /:(\d+)$/.exec(written)?.[1];
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535))
    return "URL contains invalid port number";
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined) return "URL is not a valid URL";
  if (parsed.username !== "" || parsed.password !== "") return credentials;
  if (invalidAddresses.includes(parsed.hostname))
    return `URL contains invalid IP address (${parsed.hostname})`;
  if (htmlTag.test(decoded(url))) return "URL contains HTML tags that may cause security issues";
  if (scriptPattern.test(decoded(url)))
    return "URL contains script patterns that may cause security issues";
  return undefined;
}

function authority(url: string): string {
  return /^[a-z]+:\/\/([^/?#\\]*)/i.exec(url)?.[1] ?? "";
}

// A host may well be named `profile` and have a port.
function behindAuthority(url: string): string {
  return url.replace(/^[a-z]+:\/\/[^/?#\\]*/i, "");
}

function beforeQuery(url: string): string {
  return url.split("?", 1)[0] ?? "";
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
