export interface MermaidMarks {
  /** `from → to: what one transition says` */
  readonly arrows: readonly string[];
  /** `state: what one transition says` */
  readonly inside: readonly string[];
}

/** What a Mermaid diagram says of transitions; what it says of entry actions and actors is left out. */
export function readMermaid(diagram: string): MermaidMarks {
  const lines = diagram.split("\n").map((line) => line.trim());
  const arrows = lines.flatMap((line) => {
    const [, from, to, label] = /^(\w+) --> (\w+): (.+)$/.exec(line) ?? [];
    return (label?.split("<br/>") ?? []).map((text) => `${from} → ${to}: ${text}`);
  });
  const described = lines.flatMap((line) => /^\w+: .+$/.exec(line)?.[0] ?? []);
  const said = [...described, ...noted(lines)].filter(isTransition);
  return { arrows, inside: said };
}

/** Lines of notes, with the state beside which they stand. */
function noted(lines: readonly string[]): string[] {
  let beside: string | undefined;
  return lines.flatMap((line) => {
    const [, state] = /^note right of (\w+)$/.exec(line) ?? [];
    if (state !== undefined) beside = state;
    else if (line === "end note") beside = undefined;
    else if (line === "in every state:") beside = "every";
    else if (beside !== undefined) return [`${beside}: ${line}`];
    return [];
  });
}

function isTransition(text: string): boolean {
  const [state = "", said = ""] = text.split(/: (.*)/);
  return said !== state && !/^(?:entry|exit|invoke) \//.test(said);
}
