import { toArray } from "../../machines/call-queue.ts";
import type { Call, HookRequestRef, Link, Settlement, Traffic } from "../../machines/index.ts";
import { PluginError } from "../errors.ts";
import type { LinkNote, OpenCall, SettledCall, StepRecord } from "./trace/record.ts";

/** Longer names come from nobody who means well. */
const longestName = 100;

export const shortened = (text: string): string =>
  text.length <= longestName ? text : `${text.slice(0, longestName - 1)}…`;

export function noteLink(link: Link, retryAt: number | null): LinkNote {
  const { generation, attempt, cooled, fault } = link;
  return {
    generation,
    attempt,
    retryAt,
    cooled,
    fault: fault && { code: shortened(fault.code), phase: shortened(fault.phase) },
  };
}

export const noteRequest = ({
  id,
  hookType,
  bytes,
}: HookRequestRef): Pick<OpenCall, "id" | "hook" | "bytes"> => ({
  id,
  hook: shortened(hookType),
  bytes,
});

/** What has come to the session and what has left it between two states of the context. */
export function noteMoves(
  before: readonly Call[],
  after: readonly Call[],
): Pick<StepRecord, "sent" | "left"> {
  if (before === after) return {};
  const sent = without(after, before);
  const left = without(before, after);
  return {
    ...(sent.length > 0 && { sent: sent.map(({ request, sends }) => ({ id: request.id, sends })) }),
    ...(left.length > 0 && { left: left.map(({ request }) => request.id) }),
  };
}

/** A second send is another one, though of the same call. */
function without(calls: readonly Call[], others: readonly Call[]): readonly Call[] {
  if (others.length === 0) return calls;
  const sendsOf = new Map(others.map(({ request, sends }) => [request.id, sends]));
  return calls.filter(({ request, sends }) => sendsOf.get(request.id) !== sends);
}

/** The end of a call: to be asked when the step is over, because only then its request knows what became of the answer. */
export function noteEnd(settlement: Settlement, open: OpenCall | undefined): SettledCall {
  const { request } = settlement;
  const end = settlement.status === "failed" ? settlement : failureOf(request);
  return {
    ...noteRequest(request),
    queuedAt: open?.queuedAt ?? null,
    sentAt: open?.sentAt ?? null,
    sends: open?.sends ?? 0,
    ok: end === undefined,
    ...(end && { code: end.code, ...(end.outcome && { outcome: end.outcome }) }),
  };
}

/** Of a request that has been answered with a failure. Only codes: the words are the plugin's. */
function failureOf(request: HookRequestRef): Pick<PluginError, "code" | "outcome"> | undefined {
  const { failure } = request as HookRequestRef & { readonly failure?: unknown };
  return PluginError.is(failure) ? failure : undefined;
}

/** All calls of a connection that was running before it came into view: nothing is known of their past. */
export function noteOpenCalls(traffic: Traffic, at: number): OpenCall[] {
  const note = ({ request, sends, abandoned }: Call, sentAt: number | null): OpenCall => ({
    ...noteRequest(request),
    queuedAt: at,
    sentAt,
    sends,
    abandoned,
  });
  return [
    ...traffic.out.map((call) => note(call, at)),
    ...toArray(traffic.queue).map((call) => note(call, null)),
  ];
}
