/**
 * A persistent map from 32-bit integers: a little-endian Patricia tree (Okasaki and Gill, "Fast mergeable integer maps",
 * 1998). Consecutive keys differ in their low bits, so the tree stays balanced: each operation copies about log2(size)
 * small nodes. Persistent, because the machine's context is compared, kept and explored by value.
 */
export type IntMap<V> = Leaf<V> | Branch<V> | null;

interface Leaf<V> {
  readonly key: number;
  readonly value: V;
}

interface Branch<V> {
  /** The bits below `bit` that all keys of this branch share */
  readonly prefix: number;
  /** The lowest bit in which they differ */
  readonly bit: number;
  readonly zero: NonNullable<IntMap<V>>;
  readonly one: NonNullable<IntMap<V>>;
}

export function get<V>(map: IntMap<V>, key: number): V | undefined {
  let node = map;
  while (node !== null && "bit" in node) node = (key & node.bit) === 0 ? node.zero : node.one;
  return node !== null && node.key === key ? node.value : undefined;
}

export function set<V>(map: IntMap<V>, key: number, value: V): IntMap<V> {
  return map === null ? { key, value } : insert(map, key, value);
}

export function remove<V>(map: IntMap<V>, key: number): IntMap<V> {
  if (map === null) return null;
  if (!("bit" in map)) return map.key === key ? null : map;
  if ((key & (map.bit - 1)) !== map.prefix) return map;
  const onZero = (key & map.bit) === 0;
  const child = onZero ? map.zero : map.one;
  const rest = remove<V>(child, key);
  if (rest === child) return map;
  if (rest === null) return onZero ? map.one : map.zero;
  return onZero ? { ...map, zero: rest } : { ...map, one: rest };
}

function insert<V>(node: NonNullable<IntMap<V>>, key: number, value: V): NonNullable<IntMap<V>> {
  if (!("bit" in node)) {
    return node.key === key ? { key, value } : join({ key, value }, key, node, node.key);
  }
  if ((key & (node.bit - 1)) !== node.prefix) return join({ key, value }, key, node, node.prefix);
  const { prefix, bit, zero, one } = node;
  return (key & bit) === 0
    ? { prefix, bit, zero: insert(zero, key, value), one }
    : { prefix, bit, zero, one: insert(one, key, value) };
}

function join<V>(
  a: NonNullable<IntMap<V>>,
  aKey: number,
  b: NonNullable<IntMap<V>>,
  bKey: number,
): Branch<V> {
  const difference = aKey ^ bKey;
  const bit = difference & -difference;
  const prefix = aKey & (bit - 1);
  return (aKey & bit) === 0 ? { prefix, bit, zero: a, one: b } : { prefix, bit, zero: b, one: a };
}
