/** A value that a path leads to, and the way there. */
export interface Argument {
  /** As written in messages: `files.2.path` */
  readonly path: string;
  readonly value: unknown;
}

interface Step extends Argument {
  /** What of the pattern is still ahead */
  readonly ahead: readonly string[];
}

/** The values below `root` that a dotted path leads to, in the order of the document. */
export function selectArguments(root: unknown, pattern: string): Argument[] {
  const selected: Argument[] = [];
  // A list of what is still to do instead of recursion: the depth is the caller's choice.
  const pending: Step[] = [{ path: "", value: root, ahead: pattern.split(".") }];
  for (let step = pending.pop(); step; step = pending.pop()) {
    const [part, ...ahead] = step.ahead;
    if (part === undefined) selected.push({ path: step.path, value: step.value });
    // One by one: a list may be longer than a call can have arguments.
    else for (const next of nextSteps(step, part, ahead).reverse()) pending.push(next);
  }
  return selected;
}

function nextSteps(step: Step, part: string, ahead: readonly string[]): Step[] {
  const children = childrenOf(step);
  // Any way down: it ends here, or goes on below.
  if (part === "**")
    return [{ ...step, ahead }, ...children.map((child) => ({ ...child, ahead: step.ahead }))];
  const keys = part.toLowerCase().split("|");
  return children
    .filter(({ key }) => part === "*" || keys.includes(key.toLowerCase()))
    .map((child) => ({ ...child, ahead }));
}

function childrenOf({ path, value }: Argument): (Argument & { readonly key: string })[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).map(([key, child]) => ({
    key,
    path: path === "" ? key : `${path}.${key}`,
    value: child,
  }));
}
