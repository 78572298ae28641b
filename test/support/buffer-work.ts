import { vi } from "vitest";

/** What buffers have done since, in bytes and pieces */
export interface BufferWork {
  copied: number;
  searched: number;
  allocations: number;
}

/** Counts from now on, until vitest restores its mocks. Unlike time, it does not depend on what else the machine does. */
export function countWork(): BufferWork {
  const work = { copied: 0, searched: 0, allocations: 0 };
  const { copy, indexOf } = Buffer.prototype;
  const { allocUnsafeSlow } = Buffer;
  vi.spyOn(Buffer.prototype, "copy").mockImplementation(function (this: Buffer, ...args) {
    const copied = copy.apply(this, args);
    work.copied += copied;
    return copied;
  });
  vi.spyOn(Buffer.prototype, "indexOf").mockImplementation(function (
    this: Buffer,
    value,
    start,
    encoding,
  ) {
    const from = Number(start ?? 0);
    const at = indexOf.call(this, value, from, encoding);
    work.searched += (at < 0 ? this.length : at + 1) - from;
    return at;
  });
  vi.spyOn(Buffer, "allocUnsafeSlow").mockImplementation((size) => {
    work.allocations++;
    return allocUnsafeSlow(size);
  });
  return work;
}
