import { fileURLToPath } from "node:url";

// From the tests this file is run as it is, but processes can only be given what was built of the others.
const isSource = import.meta.url.endsWith(".ts");
const root = new URL(isSource ? "../../" : "../../../", import.meta.url);

/** Path of a built file of the bench, such as `worker.js`. */
export function builtFile(name: string): string {
  return projectFile(`dist/test/bench/${name}`);
}

export function projectFile(name: string): string {
  return fileURLToPath(new URL(name, root));
}
