/** Whether one of the recipients in a header line (`A <a@example.org>, b@example.org`) is outside the domains. */
export function hasForeignRecipient(domains: readonly string[], text: string): boolean {
  return text
    .split(/[,;\n]/)
    .map((recipient) => recipient.trim())
    .filter((recipient) => recipient !== "")
    .some((recipient) => !isWithin(domains, domainOf(recipient)));
}

/** The domain after the last `@`; empty for what is no address, which is within no domain. */
function domainOf(recipient: string): string {
  const at = recipient.lastIndexOf("@");
  if (at === -1) return "";
  return recipient
    .slice(at + 1)
    .replace(/[\s>"')]+.*$/s, "")
    .replace(/\.$/, "")
    .toLowerCase();
}

function isWithin(domains: readonly string[], domain: string): boolean {
  return domains.some((own) => domain === own || domain.endsWith(`.${own}`));
}
