import type { ConnectionInput, ConnectionSettings } from "../../../machines/index.ts";
import { settingsOf } from "../../machines/support/fixtures.ts";
import { testedMachine } from "../../machines/support/test-connection.ts";
import { definition, machineOf } from "./definition.ts";
import type { Mutant } from "./operators.ts";

type Delay = (args: never, params: never) => number;

/** Every named delay, a millisecond longer and shorter. */
export const delayMutants = (): Mutant[] =>
  Object.entries(testedMachine.implementations.delays ?? {}).flatMap(([name, delay]) =>
    [1, -1].map(
      (ms): Mutant => ({
        id: `delay ${name}: ${signed(ms)}`,
        build: () => {
          const changed: Delay = (args, params) => (delay as Delay)(args, params) + ms;
          return testedMachine.provide({ delays: { [name]: changed } } as never);
        },
      }),
    ),
  );

/** Every setting that is a number, one more and one less; the others, all that they can be instead. */
export const settingMutants = (): Mutant[] =>
  settingChanges(settingsOf()).map(({ what, change }) => ({
    id: `setting ${what}`,
    build: () => {
      const root = definition();
      const context = root.context as (args: { input: ConnectionInput }) => unknown;
      root.context = ({ input }: { input: ConnectionInput }) =>
        context({ input: { ...input, settings: change(input.settings) } });
      return machineOf(root);
    },
  }));

interface SettingChange {
  readonly what: string;
  readonly change: (settings: ConnectionSettings) => ConnectionSettings;
}

/** What a setting that is a word can be. */
const words: Readonly<Record<string, readonly string[]>> = {
  transport: ["stdio", "http"],
  replay: ["provable", "once", "never"],
  onExhausted: ["coolDown", "terminate"],
  kind: ["linear", "exponential"],
};

function settingChanges<T extends object>(settings: T): SettingChange[] {
  return Object.entries(settings).flatMap(([key, value]) => changesOf(key, value));
}

function changesOf(key: string, value: unknown): SettingChange[] {
  const set = (what: string, from: (value: never) => unknown): SettingChange => ({
    what: `${key}: ${what}`,
    change: (settings) => ({
      ...settings,
      [key]: from(settings[key as keyof ConnectionSettings] as never),
    }),
  });
  if (typeof value === "object" && value !== null) {
    return settingChanges(value).map(({ what, change }) => ({
      what: `${key}.${what}`,
      change: (settings) => ({
        ...settings,
        [key]: change(settings[key as keyof ConnectionSettings] as never),
      }),
    }));
  }
  if (typeof value === "boolean") return [set("the opposite", (is: boolean) => !is)];
  if (typeof value === "string") {
    return (words[key] ?? []).map((word) => set(word, () => word));
  }
  // A time that is null stands for never.
  const plus = (ms: number) => (before: number | null) => (before === null ? null : before + ms);
  return [1, -1].map((ms) => set(signed(ms), plus(ms)));
}

const signed = (ms: number): string => (ms > 0 ? `+${ms}` : `${ms}`);
