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
import { Indented } from "./indented.ts";
import type { FieldPath } from "./positions.ts";
import type { TemplateFault } from "./template-expression.ts";
import type { Templates } from "./templates.ts";
import { readPlainScalar, readTaggedScalar, ScalarFault, shownTag } from "./yaml-scalars.ts";

export interface TreeReader {
  readonly format: "yaml" | "json";
  readonly templates: Templates;
  /** Is told where each field begins */
  readonly place: (path: FieldPath, offset: number) => void;
  readonly report: (path: FieldPath, message: string, offset: number) => void;
  /** Is told of a template that cannot be filled in, and is still in the field's text */
  readonly unfilled: (path: FieldPath, fault: TemplateFault, offset: number) => void;
  /** Is told where the text of a field was written */
  readonly scalar: (path: FieldPath, from: number, to: number) => void;
  /** Whether keys of this map may be numbers, truth values or null. They become what JSON has for them */
  readonly isFree: (path: FieldPath) => boolean;
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
  const control = reader.format === "yaml" ? source.search(notPrintable) : -1;
  if (control >= 0) {
    const code = source.charCodeAt(control).toString(16).padStart(4, "0").toUpperCase();
    reader.report([], `YAML: the character U+${code} must be written as an escape`, control);
    return undefined;
  }
  const indented = new Indented(source);
  const document = parse(indented.text);
  if (document === undefined) {
    reader.report([], tooDeep, 0);
    return undefined;
  }
  const errors = document.errors.filter((error) => !isCommentAlone(error, indented.text));
  for (const error of firstOfLines(errors, indented.text)) {
    const { message, at = error.pos[0] } = faultOf(error, indented);
    reader.report([], reader.templates.restore(message), indented.written(at));
  }
  if (errors.length > 0) return undefined;
  const root = document.contents;
  if (root === null) return null;
  const tree = new Tree(reader, indented, (alias) => alias.resolve(document));
  return tree.readRoot(root);
}

/** Which characters YAML 1.1 allows in a text. */
const notPrintable = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

const tooDeep = "nests too deeply to be read";

function faultOf(
  { code, message }: YAMLParseError,
  text: Indented,
): { readonly message: string; readonly at?: number | undefined } {
  if (code === "RESOURCE_EXHAUSTION") return { message: tooDeep };
  if (code === "MULTIPLE_DOCS")
    return { message: "YAML: a second document begins here: there may be only one" };
  const at = /^Flow (?:map|sequence) in/.test(message) ? text.unclosedBracket() : undefined;
  if (at === undefined) return { message: `YAML: ${message}` };
  return { message: "YAML: the bracket that opens here is not closed", at };
}

/** A comment that follows upon a bracket or a quote without a blank, of which PyYAML thinks nothing. */
function isCommentAlone({ code, pos }: YAMLParseError, text: string): boolean {
  return code === "MISSING_CHAR" && text[pos[0]] === "#";
}

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

const mergeTwice =
  "is given twice: write one list, as in <<: [*a, *b], of which the first counts most";

/** Stands for a value that could not be made out. What is wrong has been reported. */
const unread = Symbol("unread");

class Tree {
  readonly #reader: TreeReader;
  readonly #resolve: (alias: Alias) => Node | undefined;
  readonly #text: Indented;
  readonly #above = new Set<Node>();
  #nodes = 0;
  #isTooLarge = false;

  constructor(reader: TreeReader, text: Indented, resolve: (alias: Alias) => Node | undefined) {
    this.#reader = reader;
    this.#text = text;
    this.#resolve = resolve;
  }

  readRoot(root: Node): unknown {
    const offset = this.#offsetOf(root);
    this.#reader.place([], offset);
    return this.#known(this.#read(root, [], offset));
  }

  #known(value: unknown): unknown {
    return value === unread ? undefined : value;
  }

  #offsetOf({ range }: Node): number {
    return this.#text.written(range?.[0] ?? 0);
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
      const offset = this.#offsetOf(entry);
      this.#reader.place(inner, offset);
      return this.#known(this.#read(entry, inner, offset));
    });
  }

  #map(node: YAMLMap, path: FieldPath): unknown {
    if (!hasTag(node, "map")) return this.#refuseTag(node, path);
    const own = new Set<string>();
    const merged: Record<string, unknown> = {};
    let merges = 0;
    const value: Record<string, unknown> = {};
    for (const pair of node.items as Pair<Node, Node | null>[]) {
      if (this.#isMerge(pair)) {
        merges += 1;
        if (merges === 1) this.#merge(merged, pair, path);
        else this.#refuse([...path, "<<"], mergeTwice, this.#offsetOf(pair.key));
        continue;
      }
      const key = this.#key(pair.key, path);
      if (key === undefined) continue;
      const inner = [...path, key];
      const offset = this.#offsetOf(pair.key);
      this.#reader.place(inner, offset);
      if (own.has(key)) this.#reader.report(inner, "is given twice: remove one", offset);
      own.add(key);
      const read = pair.value === null ? null : this.#read(pair.value, inner, offset);
      setOwn(value, key, this.#known(read));
    }
    for (const key of Object.keys(value)) setOwn(merged, key, value[key]);
    return merged;
  }

  #isMerge({ key }: Pair<Node, Node | null>): boolean {
    if (this.#reader.format === "json" || !isScalar(key)) return false;
    return key.value === "<<" && key.type === "PLAIN" && key.tag === undefined;
  }

  /** What `<<` brings in; of several maps the first one counts. */
  #merge(
    into: Record<string, unknown>,
    { key, value }: Pair<Node, Node | null>,
    path: FieldPath,
  ): void {
    const offset = this.#offsetOf(key);
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
    const offset = this.#offsetOf(key);
    const read = isScalar(key) || isAlias(key) ? this.#read(key, path, offset) : key;
    if (typeof read === "string") return read;
    if (read === unread) return undefined;
    const { isFree } = this.#reader;
    // A fraction that is whole, as 1.0, is another one for Python than for JavaScript.
    const isWhole = Number.isInteger(read) && isScalar(key) && !String(key.value).includes(".");
    if (isFree(path) && (read === null || typeof read === "boolean" || isWhole))
      return String(read);
    const shown = isScalar(key)
      ? `the key ${String(key.value)}, which is no text`
      : "a key that is no text";
    this.#reader.report(path, `has ${shown}: put it in quotes`, offset);
    return undefined;
  }

  #scalar(node: Scalar, path: FieldPath, offset: number): unknown {
    const { templates, format } = this.#reader;
    const written = String(node.value);
    const end = this.#text.written(node.range?.[1] ?? 0);
    this.#reader.scalar(path, this.#offsetOf(node), end);
    const { text, faults } = templates.fill(written);
    if (faults.length > 0) {
      for (const fault of faults) this.#reader.unfilled(path, fault, offset);
      this.#reader.unread(path);
      return text;
    }
    try {
      if (format === "json") return node.type === "PLAIN" ? readJsonScalar(text) : text;
      if (node.tag !== undefined && node.tag !== "!") return readTaggedScalar(node.tag, text);
      if (node.type !== "PLAIN") return text;
      // What is filled in has no quotes around it either, and so no blanks at its ends.
      return readPlainScalar(templates.has(written) ? text.trim() : text);
    } catch (thrown) {
      if (!(thrown instanceof ScalarFault)) throw thrown;
      return this.#refuse(path, thrown.message, offset);
    }
  }

  #refuseTag(node: YAMLMap | YAMLSeq, path: FieldPath): typeof unread {
    const message = `the tag ${shownTag(node.tag ?? "")} is not supported: leave it out`;
    return this.#refuse(path, message, this.#offsetOf(node));
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
