import { pluginConnectionMachine } from "../machines/index.ts";
import { readChart } from "./chart/read-chart.ts";
import { fullFigure } from "./figure/full-figure.ts";
import { pluginConnectionView } from "./figure/plugin-connection-view.ts";
import { place } from "./layout/place.ts";
import { drawSvg } from "./svg/draw.ts";
import { machineConfigJson } from "./text/machine-config.ts";
import { mermaidOf } from "./text/mermaid.ts";

/** All files that are made from the machine, by their path in visualizations/. The same machine gives the same bytes. */
export function diagrams(): ReadonlyMap<string, string> {
  const chart = readChart(pluginConnectionMachine);
  const figure = fullFigure(chart, pluginConnectionView);
  return new Map([
    ["plugin-connection.svg", drawSvg(figure, place(figure, pluginConnectionView.plan))],
    ["plugin-connection.mmd", mermaidOf(chart, pluginConnectionView)],
    ["plugin-connection.json", machineConfigJson(pluginConnectionMachine)],
  ]);
}
