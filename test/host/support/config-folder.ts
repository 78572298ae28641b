import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { PluginError } from "../../../src/errors.ts";
import {
  type HostConfig,
  type HostConfigOptions,
  loadHostConfig,
} from "../../../src/host/index.ts";

/** A folder of configurations, which is there while the tests of a file run. Nothing of the real environment is read. */
export class ConfigFolder {
  #path = "";

  constructor() {
    beforeAll(() => {
      this.#path = mkdtempSync(path.join(tmpdir(), "host-config-"));
    });
    afterAll(() => rmSync(this.#path, { recursive: true }));
  }

  get path(): string {
    return this.#path;
  }

  at(file: string): string {
    return path.join(this.#path, file);
  }

  write(name: string, content: string | Uint8Array): string {
    const file = this.at(name);
    writeFileSync(file, content);
    return file;
  }

  async load(
    name: string,
    content: string | Uint8Array,
    options?: HostConfigOptions,
  ): Promise<HostConfig> {
    return await loadHostConfig(this.write(name, content), { env: {}, ...options });
  }

  /** What is wrong, each as `line:column path: message`. */
  async problems(name: string, content: string, options?: HostConfigOptions): Promise<string[]> {
    const error = await this.load(name, content, options).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!PluginError.is(error)) throw new Error("expected a refusal", { cause: error });
    expect(error).toMatchObject({ code: "CONFIG_INVALID", plugin: "", phase: "configuring" });
    return (error.issues ?? []).map((issue) => {
      expect(issue.file).toBe(this.at(name));
      const shown = `${issue.line}:${issue.column} ${issue.path}`;
      expect(error.message).toContain(`\n  ${issue.file}:${shown}`.trimEnd());
      return `${shown}: ${issue.message}`;
    });
  }
}
