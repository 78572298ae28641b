import type { AnyStateMachine } from "xstate";
import { guardNames } from "../chart/part-names.ts";

/**
 * The machine's config as XState's own JSON, which Stately's editor imports: states, transitions and the names of all parts.
 * What only runs (context, input and output functions) is left out, and a combined guard becomes the name of its parts.
 */
export function machineConfigJson(machine: AnyStateMachine): string {
  const { schemas: _, ...config } = machine.config as Record<string, unknown>;
  return `${JSON.stringify(plain(config), null, 2)}\n`;
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([key, member]) => [key, plainMember(key, member)]);
  return Object.fromEntries(members.filter(([, member]) => member !== undefined));
}

function plainMember(key: string, member: unknown): unknown {
  if (key === "guard") return guardNames(member).join(" and ");
  return typeof member === "function" ? undefined : plain(member);
}
