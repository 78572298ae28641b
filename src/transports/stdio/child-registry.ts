/** Kills what lives when the host's process ends. Each entry kills one process group, synchronously. */
export interface ChildRegistry {
  add(kill: () => void): void;
  delete(kill: () => void): void;
}

// Two copies of this library in one process share the registry, and so the one exit listener. What it looks like is therefore
// a contract between versions.
const key = Symbol.for("mcp-tether.children");

export function childRegistry(): ChildRegistry {
  const shared: unknown = Reflect.get(globalThis, key);
  if (shared !== undefined) return shared as ChildRegistry;
  const registry = createRegistry();
  Object.defineProperty(globalThis, key, { value: registry });
  return registry;
}

function createRegistry(): ChildRegistry {
  const kills = new Set<() => void>();
  const killAll = (): void => {
    for (const kill of kills) {
      try {
        kill();
      } catch {
        // The others must still be killed.
      }
    }
  };
  return {
    add: (kill) => {
      if (kills.size === 0) process.on("exit", killAll);
      kills.add(kill);
    },
    delete: (kill) => {
      if (kills.delete(kill) && kills.size === 0) process.off("exit", killAll);
    },
  };
}
