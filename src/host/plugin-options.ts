import type { PluginOptions } from "../options.ts";

/** Options over options, the first ones counting most. What holds several is put together field by field. */
export function layered(...layers: readonly PluginOptions[]): PluginOptions {
  let merged: PluginOptions = {};
  for (const layer of layers) {
    const { timeouts, http } = merged;
    merged = { ...layer, ...merged };
    if (timeouts && layer.timeouts)
      merged = { ...merged, timeouts: { ...layer.timeouts, ...timeouts } };
    if (http && layer.http) merged = { ...merged, http: { ...layer.http, ...http } };
  }
  return merged;
}
