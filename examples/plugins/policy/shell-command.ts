/** One command of a command line, as the words it is run with. */
export type Command = readonly string[];

/** Programs, words of the shell, and options of `find`, that run the command in the words after them. */
const wrappers = new Set([
  ...["!", "if", "then", "elif", "else", "while", "until", "do"],
  ...["sudo", "doas", "env", "nohup", "nice", "time", "timeout", "xargs", "exec", "command"],
  ...["busybox", "setsid", "stdbuf", "watch", "-exec", "-execdir", "-ok"],
]);
const shells = new Set(["sh", "bash", "dash", "zsh", "ksh", "ash"]);

// Enough for what people write; a bound for what they might.
const nestingMax = 5;
const startsMax = 50;
/** Words between a wrapper and the command: `timeout --signal KILL 10 rm` */
const wrapperReach = 6;

/**
 * The commands that a shell would run for a command line: those of lists, pipes and substitutions, behind `sudo` and its
 * like, and within `sh -c`. A reading for a policy, not a shell: it follows no variable, alias or script file.
 *
 * @param input a command line, or the words of one command
 */
export function readCommands(input: string | readonly string[]): Command[] {
  const found: Command[] = [];
  let pending: (string | readonly string[])[] = [input];
  for (let nesting = 0; nesting <= nestingMax; nesting += 1) {
    const commands = pending.flatMap(readOne);
    found.push(...commands);
    // Every reading behind a wrapper has the same scripts in it.
    pending = [...new Set(commands.flatMap(scriptsOf))];
  }
  return found;
}

/** The name of the program, without its folder. */
export function programOf([program = ""]: Command): string {
  return program.slice(program.lastIndexOf("/") + 1);
}

function readOne(input: string | readonly string[]): Command[] {
  const commands = typeof input === "string" ? splitCommands(input) : [input];
  return commands.flatMap(unwrap);
}

// Groups: single quotes; double quotes; an escaped character; the end of a command; space; the rest of a word.
const token =
  /\\\n|'([^']*)'?|"((?:[^"\\]|\\[\s\S])*)"?|\\([\s\S])|(\$\(|[;|&\n(){}`]+)|(\s+)|((?:[^\s'"\\;|&(){}`$]|\$(?!\())+)/g;

function splitCommands(line: string): string[][] {
  const commands: string[][] = [[]];
  let word: string | undefined;
  const endWord = (): void => {
    if (word !== undefined) commands.at(-1)?.push(word);
    word = undefined;
  };
  for (const [, single, double, escaped, end, space, plain] of line.matchAll(token)) {
    if (end !== undefined || space !== undefined) endWord();
    else word = (word ?? "") + (single ?? unquote(double) ?? escaped ?? plain ?? "");
    if (end !== undefined) commands.push([]);
  }
  endWord();
  return commands;
}

/** Within double quotes a backslash hides only these. */
function unquote(quoted: string | undefined): string | undefined {
  return quoted?.replace(/\\(["\\$`])/g, "$1").replaceAll("\\\n", "");
}

/** The command itself, and what it may be a wrapper of: without a manual of each, every word near a wrapper may begin one. */
function unwrap(words: readonly string[]): Command[] {
  const starts: number[] = [];
  let reach = 0;
  for (const [index, word] of words.entries()) {
    if (index <= reach) starts.push(index);
    if (isAssignment(word) && reach === index) reach = index + 1;
    const isProgram = index <= reach || word.startsWith("-");
    if (isProgram && wrappers.has(programOf([word]))) reach = index + wrapperReach;
  }
  return starts.slice(0, startsMax).map((start) => words.slice(start));
}

function isAssignment(word: string): boolean {
  return /^\w+=/.test(word);
}

/** Command lines within a command: of `sh -c` and `eval`, and what a shell runs from within double quotes. */
function scriptsOf(command: Command): string[] {
  const program = programOf(command);
  if (program === "eval") return [command.slice(1).join(" ")];
  if (shells.has(program)) {
    const flag = command.findIndex((word) => /^-\w*c$/.test(word));
    return flag === -1 ? [] : command.slice(flag + 1, flag + 2);
  }
  return command.filter((word) => /\$\(|`/.test(word));
}
