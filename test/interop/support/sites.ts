import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll } from "vitest";
import type { Site } from "./site.ts";

export interface OpenSite<S extends Site> {
  readonly site: () => S;
  /** A folder that ends with the tests */
  readonly folder: () => string;
}

/** Opens a site for the tests of this block. */
export function useSite<S extends Site>(open: (folder: string) => S | Promise<S>): OpenSite<S> {
  let folder: string;
  let site: S | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "interop-"));
    site = await open(folder);
  });

  afterAll(async () => {
    await site?.close();
    await rm(folder, { recursive: true });
  });

  return {
    folder: () => folder,
    site: () => {
      if (site === undefined) throw new Error("expected an open site");
      return site;
    },
  };
}
