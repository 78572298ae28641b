import { connectPlugin } from "../clients/external-plugin.ts";
import type { Contender } from "../contender.ts";

/** This library with its defaults: one call after the other, however many callers there are. */
export const contender: Contender = {
  name: "ours-serial",
  connect: (target) => connectPlugin(target, 1),
};
