import { constants } from "node:fs";
import { access, open, stat } from "node:fs/promises";
import path from "node:path";

const headBytes = 256;
const defaultPath = "/usr/local/bin:/bin:/usr/bin";

/** The file that a command names, found as the system will find it; undefined if there is none. */
export async function findExecutable(
  command: string,
  cwd: string | undefined,
  searchPath: string = defaultPath,
): Promise<string | undefined> {
  const base = cwd ?? process.cwd();
  if (command.includes("/")) {
    const file = path.resolve(base, command);
    return (await isFile(file)) ? file : undefined;
  }
  for (const directory of searchPath.split(":")) {
    const file = path.resolve(base, directory, command);
    if ((await isFile(file)) && (await isExecutable(file))) return file;
  }
  return undefined;
}

export async function isFile(file: string): Promise<boolean> {
  return await stat(file).then(
    (entry) => entry.isFile(),
    () => false,
  );
}

export async function isDirectory(directory: string): Promise<boolean> {
  return await stat(directory).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
}

export async function isExecutable(file: string): Promise<boolean> {
  return await access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/**
 * Whether the system would hand a file to a shell: text without a `#!` line. Rejects if the file can be opened by nobody now.
 */
export async function needsShell(file: string): Promise<boolean> {
  const head = await readHead(file);
  return head !== undefined && !head.subarray(0, 2).equals(Buffer.from("#!")) && !head.includes(0);
}

async function readHead(file: string): Promise<Buffer | undefined> {
  let handle: Awaited<ReturnType<typeof open>>;
  try {
    handle = await open(file);
  } catch (error) {
    // A shell could not read it either.
    if (error instanceof Error && "code" in error && error.code === "EACCES") return undefined;
    throw error;
  }
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
