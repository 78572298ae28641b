import { fileURLToPath } from "node:url";

/** Where the reference's server and client find what they run. */
export const pythonFolder: string = fileURLToPath(new URL("../python", import.meta.url));
