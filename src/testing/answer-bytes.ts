import type { Fault, Garbling } from "./faults.ts";

/** The bytes of a message, or what a fault makes of them. */
export function messageBytes(
  message: object,
  faults: readonly Fault[],
  maxMessageBytes: number,
): Buffer {
  const fault = faults.find(({ kind }) => kind === "garble");
  if (fault?.kind === "garble") return garbled(message, fault.how, maxMessageBytes);
  return Buffer.from(JSON.stringify(message));
}

function garbled(message: object, how: Garbling, maxMessageBytes: number): Buffer {
  switch (how) {
    case "noJson": {
      const bytes = Buffer.from(JSON.stringify(message));
      return bytes.subarray(0, bytes.length / 2);
    }
    case "noUtf8": {
      const bytes = Buffer.from(JSON.stringify({ ...message, note: "?" }));
      bytes[bytes.lastIndexOf("?")] = 0xff;
      return bytes;
    }
    case "bothMembers":
      return json({ ...message, result: {}, error: { code: -32_603, message: "" } });
    case "noMember":
      return json({ ...message, result: undefined, error: undefined });
    case "batch":
      return json([message]);
    case "otherId":
      return json({ ...message, id: "somebody else's" });
    case "huge":
      return Buffer.alloc(maxMessageBytes + 1_024, " ");
  }
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

const mostPieces = 2_000;

export interface Delivery {
  readonly chunk: Buffer;
  readonly afterMs: number;
}

/** How bytes go out: at once, in pieces, or only the first half of them. */
export function deliveriesOf(bytes: Buffer, faults: readonly Fault[]): Delivery[] {
  const isCut = faults.some((fault) => "moment" in fault && fault.moment === "answering");
  const sent = isCut ? bytes.subarray(0, Math.ceil(bytes.length / 2)) : bytes;
  const fault = faults.find(({ kind }) => kind === "split");
  if (fault?.kind !== "split") return [{ chunk: sent, afterMs: 0 }];
  const deliveries: Delivery[] = [];
  const size = Math.max(1, fault.bytes, Math.ceil(sent.length / mostPieces));
  for (let from = 0; from < sent.length; from += size) {
    const chunk = sent.subarray(from, from + size);
    deliveries.push({ chunk, afterMs: deliveries.length === 0 ? 0 : fault.everyMs });
  }
  return deliveries;
}

/** The time that all of them take */
export function durationOf(deliveries: readonly Delivery[]): number {
  return deliveries.reduce((ms, { afterMs }) => ms + afterMs, 0);
}
