import { homedir } from "node:os";
import path from "node:path";

/** The absolute form of a path that a user wrote, which may begin with `~`. */
export function absolutePath(written: string): string {
  return path.resolve(written.replace(/^~(?=$|[/\\])/, () => homedir()));
}
