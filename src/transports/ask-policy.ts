/** Why a policy of the host's lets something not be done. */
export interface PolicyRefusal {
  /** To be added to what is said of the refusal; empty if the policy has said no */
  readonly why: string;
  /** What it threw */
  readonly cause: unknown;
}

/**
 * Asks a policy of the host's; undefined if it allows. A guard must not let through what it has not understood: only true,
 * and nothing at all, allow.
 */
export async function askPolicy(ask: () => unknown): Promise<PolicyRefusal | undefined> {
  try {
    const verdict = await ask();
    if (verdict === true || verdict === undefined) return undefined;
    return { why: verdict === false ? "" : whyNot(verdict), cause: undefined };
  } catch (cause) {
    return { why: "", cause };
  }
}

function whyNot(verdict: unknown): string {
  const what = verdict === null ? "null" : `something of type ${typeof verdict}`;
  return `: it must return true or false, and has returned ${what}`;
}
