// Now and then gives an answer that is in good form, but belongs to another call: the bench has to find it out.
import { echo, serveFast } from "./fast-server.ts";

serveFast((payload) => {
  const { number } = payload.args;
  const isLie = number % 10 === 0;
  return echo({ ...payload, args: { ...payload.args, number: isLie ? number - 1 : number } });
});
