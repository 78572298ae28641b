import { z } from "zod";
import type { HostPluginSettings } from "./host-config.ts";
import { looseBoolean, looseInteger, loosened } from "./loose-scalars.ts";

const seconds = z.int("must be a whole number of seconds");
const flag = z.boolean("must be true or false").default(false);
/** The section may be missing, or null. */
export const pluginSettingsSchema: z.ZodType<HostPluginSettings | null | undefined> = z
  .object(
    {
      parallel_execution_within_band: flag,
      plugin_timeout: seconds
        .min(1, "must be 1 second or more")
        .max(2_147_483, "must be 2147483 seconds or less")
        .nullable()
        .default(null),
      fail_on_plugin_error: flag,
      enable_plugin_api: flag,
      plugin_health_check_interval: seconds.default(60),
      include_user_info: flag,
    },
    "must be an object",
  )
  .nullish();

/** Takes texts for numbers and truth values, as the reference does. */
export function looseSettings(section: unknown): unknown {
  return loosened(section, {
    parallel_execution_within_band: looseBoolean,
    plugin_timeout: looseInteger,
    fail_on_plugin_error: looseBoolean,
    enable_plugin_api: looseBoolean,
    plugin_health_check_interval: looseInteger,
    include_user_info: looseBoolean,
  });
}
