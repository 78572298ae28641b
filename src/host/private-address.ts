import net from "node:net";

// Where the reference lets no plugin be, unless it is told to.
const private4 = new net.BlockList();
for (const [address, prefix] of [
  ["10.0.0.0", 8],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
] as const)
  private4.addSubnet(address, prefix, "ipv4");

/**
 * Whether a URL names no address of this machine, of a private network or of IPv6: what the reference's protection against
 * forged requests lets through. Names are not resolved.
 */
export function isPublicUrl({ hostname }: URL): boolean {
  return !hostname.startsWith("[") && !(net.isIPv4(hostname) && private4.check(hostname, "ipv4"));
}
