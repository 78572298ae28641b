/** Whether a value is an object with these methods. Typed by structure: objects of other copies and realms will do. */
export function hasMethods(value: unknown, methods: readonly string[]): boolean {
  if (typeof value !== "object" || value === null) return false;
  return methods.every((method) => typeof Reflect.get(value, method) === "function");
}

export const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  hasMethods(value, ["then"]);
