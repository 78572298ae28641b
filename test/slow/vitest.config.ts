import { defineConfig } from "vitest/config";
import { build, suite } from "../support/suite.ts";
import { slowFiles } from "./files.ts";

export default defineConfig({ test: { ...suite, include: slowFiles, globalSetup: [build] } });
