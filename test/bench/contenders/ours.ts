import { connectPlugin } from "../clients/external-plugin.ts";
import type { Contender } from "../contender.ts";

/** This library, allowed to have as many calls in flight as there are callers. */
export const contender: Contender = {
  name: "ours",
  connect: (target, callers) => connectPlugin(target, callers),
};
