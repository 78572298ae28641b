import { type Chart, type ChartState, statesOf } from "../chart/chart.ts";
import { groupBy } from "../figure/group-by.ts";
import { choiceItems, type Item, itemsOf } from "../figure/items.ts";
import type { View } from "../figure/view.ts";
import { entryPieces, piecesOf, plainText } from "../figure/wording.ts";

/** Everything that the definition says, as a Mermaid state diagram. */
export function mermaidOf(chart: Chart, view: View): string {
  const items = itemsOf(chart, { ...view, frames: [] });
  const all = [...items, ...choiceItems(items, view)];
  const name = namer(chart);
  const states = chart.root.states;
  const lines = [
    "stateDiagram-v2",
    `  state ${view.choice.id} <<choice>>`,
    ...initialLine(chart.root, name, "  "),
    ...states.flatMap((state) => stateLines(state, all, name, "  ")),
    ...states.filter(isFinal).map(({ path }) => `  ${name(path)} --> [*]`),
    ...groupBy(all.filter(moves), ({ from, to }) => `${from} ${to}`).map((group) =>
      arrow(group, name, view),
    ),
    ...note(
      name(chart.root.initial ?? ""),
      ["in every state:", ...stayingTexts(chart.root, all)],
      "  ",
    ),
  ];
  return `${lines.join("\n")}\n`;
}

type Namer = (path: string) => string;

/** The last part of a path, unless two states share it: Mermaid knows no dots in names. */
function namer(chart: Chart): Namer {
  const states = statesOf(chart.root);
  return (path) => {
    const own = states.find((state) => state.path === path)?.name ?? path;
    const isUnique = states.filter((state) => state.name === own).length <= 1;
    return isUnique ? own : path.replaceAll(".", "_");
  };
}

const isFinal = ({ kind }: ChartState): boolean => kind === "final";
const moves = ({ to }: Item): boolean => to !== null;

function initialLine({ initial }: ChartState, name: Namer, indent: string): string[] {
  return initial === null ? [] : [`${indent}[*] --> ${name(initial)}`];
}

/** What a state does without leaving it stands below its name; beside it, where Mermaid has no room below. */
function stateLines(
  state: ChartState,
  items: readonly Item[],
  name: Namer,
  indent: string,
): string[] {
  const id = name(state.path);
  const texts = stayingTexts(state, items);
  if (state.states.length === 0) return [id, ...texts].map((text) => `${indent}${id}: ${text}`);
  return [
    `${indent}state ${id} {`,
    ...initialLine(state, name, `${indent}  `),
    ...state.states.flatMap((child) => stateLines(child, items, name, `${indent}  `)),
    `${indent}}`,
    ...note(id, texts, indent),
  ];
}

function note(beside: string, texts: readonly string[], indent: string): string[] {
  if (texts.length === 0) return [];
  const lines = texts.map((text) => `${indent}  ${text}`);
  return [`${indent}note right of ${beside}`, ...lines, `${indent}end note`];
}

/** A line break in a label stands between what two transitions say. */
function arrow(group: readonly Item[], name: Namer, { choice }: View): string {
  const [{ from, to } = { from: "", to: "" }] = group;
  const end = (id: string | null): string => (id === choice.id ? id : name(id ?? ""));
  return `  ${end(from)} --> ${end(to)}: ${group.map(textOf).join("<br/>")}`;
}

function stayingTexts(state: ChartState, items: readonly Item[]): string[] {
  const staying = items.filter(({ from, to }) => from === state.path && to === null);
  return [...entryPieces(state).map(plainText), ...staying.map(textOf)];
}

function textOf(item: Item): string {
  return plainText(piecesOf([item]));
}
