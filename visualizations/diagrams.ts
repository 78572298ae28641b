import { pluginConnectionMachine } from "../machines/index.ts";
import { readChart } from "./chart/read-chart.ts";
import { withDiagram } from "./documents.ts";
import { fullFigure } from "./figure/full-figure.ts";
import { overviewFigure } from "./figure/overview.ts";
import { place } from "./layout/place.ts";
import { fullPlan } from "./plugin-connection/full-plan.ts";
import { overviewPlan, ways } from "./plugin-connection/overview.ts";
import { pluginConnectionView as view } from "./plugin-connection/view.ts";
import { drawSvg } from "./svg/draw.ts";
import { machineConfigJson } from "./text/machine-config.ts";
import { mermaidOf } from "./text/mermaid.ts";
import { mermaidOverview } from "./text/mermaid-overview.ts";

/** All files that are made from the machine, by their path in visualizations/. The same machine gives the same bytes. */
export function diagrams(): ReadonlyMap<string, string> {
  const chart = readChart(pluginConnectionMachine);
  const full = fullFigure(chart, view);
  const overview = overviewFigure(chart, view, ways);
  return new Map([
    ["overview.svg", drawSvg(overview, place(overview, overviewPlan))],
    ["plugin-connection.svg", drawSvg(full, place(full, fullPlan))],
    ["plugin-connection.mmd", mermaidOf(chart, view)],
    ["plugin-connection.json", machineConfigJson(pluginConnectionMachine)],
  ]);
}

/** The documents that have a diagram in their text, by their path, and how each is brought up to date. */
export function documents(): ReadonlyMap<string, (document: string) => string> {
  const chart = readChart(pluginConnectionMachine);
  const overview = mermaidOverview(overviewFigure(chart, view, ways), view.choice);
  const full = mermaidOf(chart, view);
  return new Map([
    ["README.md", (document) => withDiagram(document, "overview", overview)],
    ["ARCHITECTURE.md", (document) => withDiagram(document, "full", full)],
  ]);
}
