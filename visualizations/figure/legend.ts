import type { Delay } from "../chart/delays.ts";
import type { LegendEntry } from "./figure.ts";

const sign = (name: LegendEntry["sign"], text: string): LegendEntry => ({
  sign: name,
  word: "",
  text,
});
const word = (name: string, text: string): LegendEntry => ({ sign: null, word: name, text });

/** What a reader needs to know of the signs. */
const signs: readonly LegendEntry[] = [
  sign("way", "the way that is wanted"),
  sign("failure", "what goes wrong, and what follows from it"),
  sign("wish", "a stop, a reconnect or sleep, and what follows from it"),
  sign("choice", "parts ways on one guard"),
  sign("frame", "a line or note of the frame is one of every state in it"),
  sign("actor", "the spawned actor lives in this state"),
  word("[else]", "where no guard before it, for the same event, holds"),
  word("anew", "leaves the state and enters it again"),
];

export function legendOf(delays: readonly Delay[]): readonly LegendEntry[] {
  const waits = delays.map(({ name, source }) => word(name, source.replace(/^context\./, "")));
  return [...signs, ...waits];
}
