/** Whether one of the recipients in a header line (`A <a@example.org>, b@example.org`) is outside the domains. */
export function hasForeignRecipient(domains: readonly string[], text: string): boolean {
  return text
    .split(/[,;\n]/)
    .map((recipient) => recipient.trim())
    .filter((recipient) => recipient !== "")
    .some((recipient) => !domainsOf(recipient).every((domain) => isWithin(domains, domain)));
}

/**
 * The domain after every `@`: which of them a mail server will use depends on how it reads names and comments. What is no
 * address has an empty one, which is within no domain.
 */
function domainsOf(recipient: string): string[] {
  const [, ...afterAt] = recipient.split("@");
  return (afterAt.length === 0 ? [""] : afterAt).map((text) =>
    text
      .replace(/[\s<>"'()].*$/s, "")
      .replace(/\.$/, "")
      .toLowerCase(),
  );
}

function isWithin(domains: readonly string[], domain: string): boolean {
  return domains.some((own) => domain === own || domain.endsWith(`.${own}`));
}
