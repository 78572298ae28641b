/** As much of DER (ITU-T X.690) as a certificate needs. */
const length = (bytes: number): number[] => {
  if (bytes < 0x80) return [bytes];
  const digits = Buffer.from(bytes.toString(16).padStart(bytes < 0x100 ? 2 : 4, "0"), "hex");
  return [0x80 | digits.length, ...digits];
};

export function tagged(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, ...length(content.length)]), content]);
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => tagged(0x30, ...parts);
export const set = (...parts: readonly Uint8Array[]): Buffer => tagged(0x31, ...parts);
/** Not negative, and without a zero in front */
export const integer = (bytes: Uint8Array): Buffer => tagged(0x02, bytes);
export const octets = (content: Uint8Array): Buffer => tagged(0x04, content);
export const text = (content: string): Buffer => tagged(0x0c, Buffer.from(content));
export const yes = tagged(0x01, Buffer.from([0xff]));

export const bits = (content: Uint8Array, unused = 0): Buffer =>
  tagged(0x03, Buffer.from([unused]), content);

/** With two digits for the year, as certificates have it until 2050. */
export function time(at: Date): Buffer {
  const digits = at.toISOString().slice(2, 19).replaceAll(/[-T:]/g, "");
  return tagged(0x17, Buffer.from(`${digits}Z`));
}

/** An object identifier, such as `2.5.4.3`. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...others] = dotted.split(".").map(Number);
  return tagged(0x06, Buffer.from([first * 40 + second, ...others.flatMap(base128)]));
}

function base128(value: number): number[] {
  const digits = [value & 0x7f];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) digits.unshift(0x80 | (rest & 0x7f));
  return digits;
}
