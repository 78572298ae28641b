import type { Contender } from "../contender.ts";

/** Never gets a connection: the bench has to go on without it. */
export const contender: Contender = {
  name: "unable",
  connect: () => Promise.reject(new Error("there is no connection")),
};
