/** A date or a time, which YAML 1.1 has and JSON has not. As it was written. */
export class YamlTimestamp {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toJSON(): string {
    return this.text;
  }
}

/** A text that its tag says is something else. */
export class ScalarFault extends Error {}

interface ScalarType {
  readonly tag: string;
  readonly pattern: RegExp;
  readonly read: (text: string) => unknown;
}

// What PyYAML's safe loader takes for no text. Other readers of YAML 1.1 also have `y`, `n` and `1e3`.
const nothing: ScalarType = { tag: "null", pattern: /^(?:~|null|Null|NULL|)$/, read: () => null };

const truth: ScalarType = {
  tag: "bool",
  pattern: /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/,
  read: (text) => /^(?:yes|true|on)$/i.test(text),
};

const integer: ScalarType = {
  tag: "int",
  pattern:
    /^[-+]?(?:0b[01_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+|[1-9][0-9_]*(?::[0-5]?[0-9])+)$/,
  read: readInteger,
};

const float: ScalarType = {
  tag: "float",
  pattern:
    /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/,
  read: readFloat,
};

const timestamp: ScalarType = {
  tag: "timestamp",
  pattern:
    /^[0-9]{4}-(?:[0-9]{2}-[0-9]{2}|[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?)$/,
  read: (text) => new YamlTimestamp(text),
};

const implicit: readonly ScalarType[] = [truth, float, integer, nothing, timestamp];
const byTag: ReadonlyMap<string, ScalarType> = new Map(
  implicit.map((type) => [`tag:yaml.org,2002:${type.tag}`, type]),
);

// Where a tag says so, also what would be an integer or a text without it.
const anyNumber = /^[-+]?[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?$/;

/** What a plain scalar means to PyYAML's safe loader. Throws a ScalarFault for an integer that JavaScript would change. */
export function readPlainScalar(text: string): unknown {
  const type = implicit.find(({ pattern }) => pattern.test(text));
  return type === undefined ? text : type.read(text);
}

/** What a scalar with a tag means. Throws a ScalarFault. */
export function readTaggedScalar(tag: string, text: string): unknown {
  if (tag === "tag:yaml.org,2002:str") return text;
  if (tag === "tag:yaml.org,2002:float" && anyNumber.test(text)) return Number(text);
  const type = byTag.get(tag);
  if (type === undefined)
    throw new ScalarFault(`the tag ${shownTag(tag)} is not supported: leave it out`);
  if (!type.pattern.test(text))
    throw new ScalarFault(`is not what its tag ${shownTag(tag)} says it is`);
  return type.read(text);
}

export function shownTag(tag: string): string {
  return tag.replace(/^tag:yaml\.org,2002:/, "!!");
}

function readInteger(written: string): number {
  const { sign, digits } = unsigned(written);
  const value = sign * wholeOf(digits);
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : value;
  if (Number.isNaN(value)) throw new ScalarFault("is an integer without digits");
  throw new ScalarFault(
    "is an integer beyond 2^53, which JavaScript cannot keep: put it in quotes",
  );
}

function wholeOf(digits: string): number {
  if (digits.startsWith("0b")) return Number.parseInt(digits.slice(2), 2);
  if (digits.startsWith("0x")) return Number.parseInt(digits.slice(2), 16);
  if (digits.includes(":")) return sexagesimal(digits);
  return digits.startsWith("0") ? Number.parseInt(digits, 8) : Number(digits);
}

function readFloat(written: string): number {
  const { sign, digits } = unsigned(written.toLowerCase());
  if (digits === ".inf") return sign * Number.POSITIVE_INFINITY;
  if (digits === ".nan") return Number.NaN;
  return sign * (digits.includes(":") ? sexagesimal(digits) : Number(digits));
}

function unsigned(written: string): { sign: 1 | -1; digits: string } {
  const digits = written.replaceAll("_", "");
  return { sign: digits.startsWith("-") ? -1 : 1, digits: digits.replace(/^[-+]/, "") };
}

/** As in 1:30:00, an hour and a half in seconds. */
function sexagesimal(digits: string): number {
  return digits.split(":").reduce((total, part) => total * 60 + Number(part), 0);
}
