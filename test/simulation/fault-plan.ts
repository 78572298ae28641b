import {
  answerWith,
  at,
  type Cue,
  change,
  cut,
  delay,
  die,
  duplicate,
  type Fault,
  freeze,
  type Garbling,
  garble,
  hang,
  loseSession,
  type Moment,
  onCall,
  onCallAfter,
  onConfig,
  onHandshake,
  onOpen,
  print,
  refuse,
  resist,
  rpcError,
  speak,
  split,
  status,
} from "../../src/testing/index.ts";
import type { Dice } from "./dice.ts";
import { answers, pluginName, type ServedPlugins } from "./served-plugin.ts";

type Make = (dice: Dice, served: ServedPlugins) => Fault;
type Makers = readonly [Make, ...Make[]];

const moments: readonly [Moment, ...Moment[]] = ["arrived", "running", "answering", "answered"];
const garblings: readonly [Garbling, ...Garbling[]] = [
  "noJson",
  "noUtf8",
  "bothMembers",
  "noMember",
  "batch",
  "otherId",
  "huge",
];

const dies: Make = (dice) =>
  die({
    moment: dice.pick(moments),
    downMs: dice.pick([0, 0, 0, 400, 4_000]),
    leavesOrphan: dice.chance(0.15),
    stderr: dice.chance(0.3) ? "Traceback: everything is lost\n" : "",
    ...(dice.chance(0.4) ? { signal: dice.pick(["SIGSEGV", "SIGKILL"]) } : { code: 3 }),
  });

const cuts: Make = (dice) => cut({ moment: dice.pick(moments) });
const freezes: Make = (dice) =>
  freeze(dice.chance(0.5) ? { forMs: dice.pick([50, 1_500, 8_000]) } : {});
const garbles: Make = (dice) => garble(dice.pick(garblings));
const delays: Make = (dice) => delay(dice.whole(1, 3_000));
const splits: Make = (dice) => split(dice.whole(1, 90), { everyMs: dice.whole(0, 2) });

const answersWrongly: Make = (dice) => answerWith(dice.pick(answers));

/** What may go wrong with a call, whatever the transport. */
const anyCall: Makers = [
  dies,
  dies,
  cuts,
  hang,
  freezes,
  delays,
  loseSession,
  garbles,
  garbles,
  answersWrongly,
  answersWrongly,
  answersWrongly,
  () => answerWith("a tool that failed", { isError: true }),
  (dice) => rpcError(dice.pick([-32_603, -32_000, 0])),
  splits,
  duplicate,
  (_, served) => change(served.less),
];

const stdioCall: Makers = [
  ...anyCall,
  (dice) =>
    print(...Array.from({ length: dice.pick([1, 3, 130]) }, (_, n) => `debug: ${pluginName} ${n}`)),
  resist,
];

const statuses: readonly [Make, ...Make[]] = [
  () => status(202),
  () => status(302, { headers: { location: "http://elsewhere.simulated/mcp" } }),
  () => status(307, { headers: { location: "http://elsewhere.simulated/mcp" } }),
  () => status(307, { headers: { location: "/other" } }),
  () => status(400, { body: "Bad Request: No valid session ID provided" }),
  () => status(400, { body: "no" }),
  () => status(401),
  () => status(403),
  () => status(404),
  () => status(413),
  () => status(429, { headers: { "retry-after": "2" } }),
  () => status(500, { headers: { "mcp-session-id": "evil" } }),
  () => status(503),
  () => status(503, { headers: { "retry-after": "1" } }),
];

const anyStatus: Make = (dice, served) => dice.pick(statuses)(dice, served);
const httpCall: Makers = [...anyCall, anyStatus, anyStatus, anyStatus];

const refusals = (transport: "stdio" | "http"): Make =>
  transport === "stdio"
    ? (dice) => refuse({ code: dice.pick(["ENOENT", "EACCES", "EMFILE", "EAGAIN"]) })
    : (dice) => refuse({ code: dice.pick(["ECONNREFUSED", "ENOTFOUND", "EMFILE"]) });

const outages: Make = (dice) => refuse({ forMs: dice.pick([300, 2_500, 9_000]) });

const atOpen = (transport: "stdio" | "http"): Makers => [
  refusals(transport),
  refusals(transport),
  hang,
  delays,
  dies,
  freezes,
];

const atHandshake: Makers = [
  hang,
  delays,
  dies,
  cuts,
  splits,
  garbles,
  () => rpcError(-32_602),
  () => speak("1999-12-31"),
];

const atConfig: Makers = [
  hang,
  delays,
  dies,
  cuts,
  splits,
  garbles,
  () => rpcError(-32_601),
  () => answerWith("{}"),
  () => answerWith("nonsense"),
  () => answerWith('{"name":"Somebody"}'),
  () => answerWith("there is no such tool", { isError: true }),
];

const atAnyTime: Makers = [
  dies,
  loseSession,
  cuts,
  freezes,
  outages,
  (_, served) => change(served.less),
];

export interface FaultBounds {
  readonly transport: "stdio" | "http";
  readonly faults: number;
  readonly calls: number;
  readonly served: ServedPlugins;
  /** How long the calls go on, about */
  readonly spanMs: number;
}

/** Some faults never strike: those of a fourth opening, say, where two are enough. So many more are planned. */
const surplus = 1.3;

/** Faults of all classes, at random places: about as many strike as are asked for. */
export function planFaults(dice: Dice, bounds: FaultBounds): Cue[] {
  const cues: Cue[] = [];
  const many = Math.ceil(bounds.faults * surplus);
  while (cues.length < many) cues.push(...planNext(dice, bounds));
  return cues.slice(0, many);
}

function planNext(dice: Dice, { transport, calls, spanMs, served }: FaultBounds): Cue[] {
  const one = (makers: Makers): Fault => dice.pick(makers)(dice, served);
  const onCalls = transport === "stdio" ? stdioCall : httpCall;
  const place = dice.random();
  // Of a call at some time, since in an outage the calls that come are fewer than planned.
  if (place < 0.4) return [onCallAfter(dice.whole(0, spanMs), one(onCalls))];
  if (place < 0.52) {
    const number = dice.whole(1, Math.ceil(calls / 2));
    const fault = one(onCalls);
    // What is sent again is often struck again.
    return dice.chance(0.5)
      ? [onCall(number, fault), onCall(number + 1, fault)]
      : [onCall(number, fault)];
  }
  if (place < 0.72) return [at(dice.whole(0, spanMs), one(atAnyTime))];
  const number = dice.whole(1, 4);
  if (place < 0.85) return [onOpen(number, one(atOpen(transport)))];
  if (place < 0.93) {
    const isStatus = transport === "http" && dice.chance(0.3);
    return [onHandshake(number, one(isStatus ? [anyStatus] : atHandshake))];
  }
  return [onConfig(number, one(atConfig))];
}
