import { connectSdk } from "../clients/sdk-client.ts";
import type { Contender } from "../contender.ts";

/** What most people begin with. The text of the answer is not even parsed. */
export const contender: Contender = {
  name: "sdk",
  async connect(target) {
    const client = await connectSdk(target);
    return { invoke: (question) => client.call(question), close: () => client.close() };
  },
};
