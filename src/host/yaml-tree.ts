import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
  type YAMLMap,
  type YAMLParseError,
  type YAMLSeq,
} from "yaml";
import { isRecord, setOwn } from "../models/records.ts";
import type { FieldPath } from "./positions.ts";
import { TemplateFault } from "./template-expression.ts";
import type { Templates } from "./templates.ts";
import { readPlainScalar, readTaggedScalar, ScalarFault, shownTag } from "./yaml-scalars.ts";

export interface TreeReader {
  readonly format: "yaml" | "json";
  readonly templates: Templates;
  /** Is told where each field begins */
  readonly place: (path: FieldPath, offset: number) => void;
  readonly report: (path: FieldPath, message: string, offset: number) => void;
  /** Is told of a template that cannot be filled in, of which the field keeps the text */
  readonly unfilled: (path: FieldPath, message: string, offset: number) => void;
  /** Is told of a field whose value is not known */
  readonly unread: (path: FieldPath) => void;
}

// An alias of an alias of an alias … may stand for more than there is memory for.
const maxNodes = 50_000;
const maxDepth = 200;

/**
 * Reads a text as YAML, or as JSON that is known to be some. Only the syntax is the YAML library's: its schemas read some
 * plain texts otherwise than PyYAML does, and templates are filled in where a text becomes a value.
 */
export function readTree(source: string, reader: TreeReader): unknown {
  const document = parse(source);
  if (document === undefined) {
    reader.report([], tooDeep, 0);
    return undefined;
  }
  for (const { code, message, pos } of firstOfLines(document.errors, source)) {
    const what = code === "RESOURCE_EXHAUSTION" ? tooDeep : `YAML: ${message}`;
    reader.report([], reader.templates.restore(what), pos[0]);
  }
  if (document.errors.length > 0) return undefined;
  const tree = new Tree(reader, (alias) => alias.resolve(document));
  const root = document.contents;
  if (root === null) return null;
  const offset = offsetOf(root);
  reader.place([], offset);
  return tree.read(root, [], offset);
}

const tooDeep = "nests too deeply to be read";

/** Of the errors of one line the ones behind the first are mostly its consequences. */
function firstOfLines(errors: readonly YAMLParseError[], source: string): YAMLParseError[] {
  let read = 0;
  return errors.filter(({ pos }, index) => {
    const isFirst = index === 0 || source.slice(read, pos[0]).includes("\n");
    read = pos[0];
    return isFirst;
  });
}

function parse(source: string): Document.Parsed | undefined {
  try {
    return parseDocument(source, {
      version: "1.1",
      schema: "failsafe",
      uniqueKeys: false,
      merge: false,
      prettyErrors: false,
      // Less, and a second document would go unnoticed.
      logLevel: "error",
    });
  } catch (thrown) {
    if (thrown instanceof RangeError) return undefined;
    throw thrown;
  }
}

/** Stands for a value that could not be made out. What is wrong has been reported. */
const unread = Symbol("unread");

class Tree {
  readonly #reader: TreeReader;
  readonly #resolve: (alias: Alias) => Node | undefined;
  readonly #above = new Set<Node>();
  #nodes = 0;
  #isTooLarge = false;

  constructor(reader: TreeReader, resolve: (alias: Alias) => Node | undefined) {
    this.#reader = reader;
    this.#resolve = resolve;
  }

  read(node: Node, path: FieldPath, offset: number): unknown {
    const value = this.#read(node, path, offset);
    return value === unread ? undefined : value;
  }

  #read(node: Node, path: FieldPath, offset: number): unknown {
    if (++this.#nodes > maxNodes) return this.#tooLarge(path, offset);
    if (isAlias(node)) return this.#alias(node, path, offset);
    if (isScalar(node)) return this.#scalar(node, path, offset);
    if (this.#above.has(node)) return this.#refuse(path, "refers back to what contains it", offset);
    if (this.#above.size === maxDepth)
      return this.#refuse(path, `nests more than ${maxDepth} levels`, offset);
    this.#above.add(node);
    const value = isMap(node) ? this.#map(node, path) : this.#list(node as YAMLSeq, path);
    this.#above.delete(node);
    return value;
  }

  #refuse(path: FieldPath, message: string, offset: number): typeof unread {
    this.#reader.report(path, message, offset);
    this.#reader.unread(path);
    return unread;
  }

  #tooLarge(path: FieldPath, offset: number): typeof unread {
    const isFirst = !this.#isTooLarge;
    this.#isTooLarge = true;
    if (isFirst) return this.#refuse(path, `there are more than ${maxNodes} values`, offset);
    this.#reader.unread(path);
    return unread;
  }

  #alias(alias: Alias, path: FieldPath, offset: number): unknown {
    const target = this.#resolve(alias);
    if (target !== undefined) return this.#read(target, path, offset);
    return this.#refuse(path, `there is no anchor &${alias.source} before it`, offset);
  }

  #list(node: YAMLSeq, path: FieldPath): unknown {
    if (!hasTag(node, "seq")) return this.#refuseTag(node, path);
    return node.items.map((item, index) => {
      const inner = [...path, index];
      const entry = item as Node;
      const offset = offsetOf(entry);
      this.#reader.place(inner, offset);
      return this.read(entry, inner, offset);
    });
  }

  #map(node: YAMLMap, path: FieldPath): unknown {
    if (!hasTag(node, "map")) return this.#refuseTag(node, path);
    const own = new Set<string>();
    const merged: Record<string, unknown> = {};
    const value: Record<string, unknown> = {};
    for (const pair of node.items as Pair<Node, Node | null>[]) {
      if (this.#isMerge(pair)) {
        this.#merge(merged, pair, path);
        continue;
      }
      const key = this.#key(pair.key, path);
      if (key === undefined) continue;
      const inner = [...path, key];
      const offset = offsetOf(pair.key);
      this.#reader.place(inner, offset);
      if (own.has(key)) this.#reader.report(inner, "is given twice: remove one", offset);
      own.add(key);
      const read = pair.value === null ? null : this.#read(pair.value, inner, offset);
      setOwn(value, key, read === unread ? undefined : read);
    }
    for (const key of Object.keys(value)) setOwn(merged, key, value[key]);
    return merged;
  }

  #isMerge({ key }: Pair<Node, Node | null>): boolean {
    if (this.#reader.format === "json" || !isScalar(key)) return false;
    return key.value === "<<" && key.type === "PLAIN";
  }

  /** What `<<` brings in; of several maps the first one counts. */
  #merge(
    into: Record<string, unknown>,
    { key, value }: Pair<Node, Node | null>,
    path: FieldPath,
  ): void {
    const offset = offsetOf(key);
    const target = isAlias(value) ? this.#resolve(value) : value;
    const sources = isSeq(target) ? (target.items as Node[]) : [target];
    for (const source of sources) {
      const map = isAlias(source) ? this.#resolve(source) : source;
      if (!isMap(map)) {
        this.#refuse([...path, "<<"], "must be a map, or a list of maps", offset);
        continue;
      }
      const read = this.#read(map, path, offset);
      for (const [name, inner] of Object.entries(isRecord(read) ? read : {}))
        if (!Object.hasOwn(into, name)) setOwn(into, name, inner);
    }
  }

  #key(key: Node, path: FieldPath): string | undefined {
    const offset = offsetOf(key);
    const read = isScalar(key) || isAlias(key) ? this.#read(key, path, offset) : key;
    if (typeof read === "string") return read;
    if (read !== unread)
      this.#reader.report(path, "has a key that is no text: put it in quotes", offset);
    return undefined;
  }

  #scalar(node: Scalar, path: FieldPath, offset: number): unknown {
    const { templates, format } = this.#reader;
    const written = String(node.value);
    try {
      const text = templates.fill(written);
      if (format === "json") return node.type === "PLAIN" ? readJsonScalar(text) : text;
      if (node.tag !== undefined && node.tag !== "!") return readTaggedScalar(node.tag, text);
      if (node.type !== "PLAIN") return text;
      // What is filled in has no quotes around it either, and so no blanks at its ends.
      return readPlainScalar(templates.has(written) ? text.trim() : text);
    } catch (thrown) {
      if (thrown instanceof ScalarFault) return this.#refuse(path, thrown.message, offset);
      if (!(thrown instanceof TemplateFault)) throw thrown;
      this.#reader.unfilled(path, thrown.message, offset);
      this.#reader.unread(path);
      return templates.restore(written);
    }
  }

  #refuseTag(node: YAMLMap | YAMLSeq, path: FieldPath): typeof unread {
    const message = `the tag ${shownTag(node.tag ?? "")} is not supported: leave it out`;
    return this.#refuse(path, message, offsetOf(node));
  }
}

function hasTag({ tag }: YAMLMap | YAMLSeq, kind: "map" | "seq"): boolean {
  return tag === undefined || tag === `tag:yaml.org,2002:${kind}`;
}

function readJsonScalar(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (!/^-?\d+$/.test(text) || Number.isSafeInteger(value)) return value;
  throw new ScalarFault(
    "is an integer beyond 2^53, which JavaScript cannot keep: put it in quotes",
  );
}

function offsetOf(node: Node): number {
  return node.range?.[0] ?? 0;
}
