export { PluginError } from "./errors.ts";
