/** Which variables a child gets. */
export interface EnvironmentChoice {
  /** All of them */
  readonly inheritEnv: boolean;
  /** Names on top of the short list */
  readonly envAllow: readonly string[];
  /** Values that win over all others */
  readonly env: Readonly<Record<string, string>>;
}

const posixNames = ["HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER"];

// Without these Windows cannot even start most programs.
const windowsNames = [
  "APPDATA",
  "COMSPEC",
  "HOMEDRIVE",
  "HOMEPATH",
  "LOCALAPPDATA",
  "PATH",
  "PATHEXT",
  "PROCESSOR_ARCHITECTURE",
  "PROGRAMFILES",
  "SYSTEMDRIVE",
  "SYSTEMROOT",
  "TEMP",
  "TMP",
  "USERNAME",
  "USERPROFILE",
];

/** The environment of a child process: a short list from that of this process, unless more is asked for. */
export function childEnvironment(
  { inheritEnv, envAllow, env }: EnvironmentChoice,
  host: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const named = new Set(envAllow);
  const common = new Set(defaultNames());
  const passes = (name: string, value: string): boolean =>
    inheritEnv ||
    named.has(name) ||
    ((common.has(name) || isLocale(name)) && !isShellFunction(value));
  const inherited: Record<string, string> = {};
  for (const [name, value] of Object.entries(host)) {
    if (value !== undefined && passes(name, value)) inherited[name] = value;
  }
  return { ...inherited, ...env };
}

function defaultNames(): readonly string[] {
  return process.platform === "win32" ? windowsNames : posixNames;
}

// The encoding of a child's pipes goes by these in several languages: without them Ruby reads its input as ASCII.
function isLocale(name: string): boolean {
  return name === "LANG" || name.startsWith("LC_");
}

// Old versions of bash run what stands in such a value.
function isShellFunction(value: string): boolean {
  return value.startsWith("()");
}
