import { stripVTControlCharacters } from "node:util";

export type Colour = "red" | "green" | "yellow" | "cyan" | "dim" | "bold" | "none";

const codes: Readonly<Record<Exclude<Colour, "none">, readonly [number, number]>> = {
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
  dim: [2, 22],
  bold: [1, 22],
};

export type Paint = (colour: Colour, text: string) => string;

/** Colours for a terminal, unless its user wants none (no-color.org). */
export function paintFor(isTerminal: boolean, { NO_COLOR, TERM }: NodeJS.ProcessEnv): Paint {
  const isColoured = isTerminal && !NO_COLOR && TERM !== "dumb";
  return (colour, text) => {
    if (!isColoured || colour === "none" || stripVTControlCharacters(text).trim() === "")
      return text;
    const [on, off] = codes[colour];
    return `\u001b[${on}m${text}\u001b[${off}m`;
  };
}
