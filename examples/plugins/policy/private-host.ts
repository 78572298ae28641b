import { BlockList, isIP } from "node:net";

const privateNetworks = new BlockList();
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["224.0.0.0", 3],
] as const)
  privateNetworks.addSubnet(network, prefix, "ipv4");
for (const [network, prefix] of [
  ["::", 128],
  ["::1", 128],
  // Ways to write an IPv4 address
  ["64:ff9b::", 96],
  ["2002::", 16],
  ["fc00::", 7],
  ["fe80::", 9],
  ["ff00::", 8],
] as const)
  privateNetworks.addSubnet(network, prefix, "ipv6");

// A name of one word is looked up in the networks of the house.
const privateNames = /^[^.]+$|(?:^|\.)(?:localhost|local|internal|home\.arpa)$/;

/**
 * Whether a URL, or a host without a scheme, leads into a private network or to a cloud's metadata service, however the
 * address is written. What a public name resolves to is not looked up.
 */
export function isPrivateHost(text: string): boolean {
  const host = hostOf(text);
  if (host === undefined) return false;
  const family = isIP(host);
  return family === 0
    ? privateNames.test(host)
    : privateNetworks.check(host, family === 4 ? "ipv4" : "ipv6");
}

/** As the URL standard reads it: `2852039166` and `0xa9fea9fe` become `169.254.169.254`. */
function hostOf(text: string): string | undefined {
  // Any scheme is read like http, which is the one whose hosts are put into a plain form. It also needs no slashes.
  const url = `http://${text
    .replace(/[\t\n\r]/g, "")
    .trim()
    .replace(/^(?:https?|wss?|ftp):[/\\]*|^[a-z][a-z\d+.-]*:[/\\]{2}/i, "")}`;
  if (!URL.canParse(url)) return undefined;
  return new URL(url).hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
}
