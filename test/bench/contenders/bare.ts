import { connectPool } from "../clients/bare-dispatch.ts";
import { connectPipe } from "../clients/bare-pipe.ts";
import type { Contender } from "../contender.ts";

/** The limit: what the way itself costs, if a client does nothing but send, receive and parse. */
export const contender: Contender = {
  name: "bare",
  connect: (target, callers) =>
    target.kind === "stdio"
      ? connectPipe(target.command, target.args)
      : connectPool(target.url, callers),
};
