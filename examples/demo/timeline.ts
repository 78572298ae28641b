import type { Paint } from "./palette.ts";
import type { DemoReport, HookReport, Progress, Reporter } from "./report.ts";
import { incidentText, outcomeText, type Part } from "./report-text.ts";
import { StatusLine } from "./status-line.ts";
import { summaryLines } from "./summary-text.ts";
import { cutTo, padTo, widthOf } from "./text-width.ts";
import { milliseconds, seconds } from "./time-text.ts";

export interface TimelineOutput {
  write(text: string): void;
  readonly isTerminal: boolean;
  /** Asked for each line: terminals are resized */
  readonly width: () => number;
  readonly paint: Paint;
}

const gap = "  ";
const timeWidth = 8;
const pluginWidth = 13;
const hookWidth = 16;
const latencyWidth = 7;
const outcomeWidth = 34;
const subjectMin = 12;
const widthMin = 60;
// On narrower terminals the names of the hooks are left out.
const hookFits = 110;

/** Reports for people: what happened when, in columns. */
export class Timeline implements Reporter {
  readonly #begun = performance.now();
  readonly #output: TimelineOutput;
  readonly #status: StatusLine | undefined;

  constructor(output: TimelineOutput) {
    this.#output = output;
    if (output.isTerminal) this.#status = new StatusLine(output);
  }

  report(report: DemoReport): void {
    const text = this.#textOf(report);
    if (text === "") return;
    this.#status?.clear();
    this.#output.write(`${text}\n`);
  }

  progress(progress: Progress): void {
    this.#status?.update(progress);
  }

  close(): void {
    this.#status?.close();
  }

  #textOf(report: DemoReport): string {
    switch (report.type) {
      case "start":
        return this.#header(report);
      case "hook":
        return this.#line(report.plugin, this.#call(report));
      case "summary":
        // The last line of the terminal is free again.
        this.#status?.close();
        return summaryLines(report, this.#output.paint, this.#width).join("\n");
      case "inspector":
        return report.event === "started"
          ? `\nInspector: ${report.url}`
          : "\nThe inspector stays open; Ctrl-C ends it.";
      case "interrupted":
        this.#status?.close();
        return `\nInterrupted by ${report.signal}. Children left: ${report.childrenLeft}`;
      default: {
        const parts = incidentText(report);
        const who = report.type === "process" ? report.process : report.plugin;
        return parts.length === 0 ? "" : this.#line(who, parts);
      }
    }
  }

  #header({ documents, toolCalls, bytes, seed, input }: DemoReport & { type: "start" }): string {
    const { paint } = this.#output;
    const kilobytes = Math.ceil(bytes / 1_000);
    const work = `${documents} documents and ${toolCalls} tool calls (${kilobytes} kB)`;
    const columns = [
      "seconds".padStart(timeWidth),
      padTo("plugin", pluginWidth),
      ...(this.#hasHooks ? [padTo("hook", hookWidth)] : []),
      "ms".padStart(latencyWidth),
      padTo("about", this.#subjectWidth),
      "outcome",
    ];
    return [
      `${paint("bold", "mcp-tether")}: ${work}, seed ${seed}`,
      paint("dim", cutTo(input, this.#width)),
      "",
      paint("dim", cutTo(columns.join(gap), this.#width)),
    ].join("\n");
  }

  #call(hook: HookReport): Part[] {
    const name = this.#hasHooks ? padTo(hook.hook, hookWidth) + gap : "";
    const latency = milliseconds(hook.latencyMs).padStart(latencyWidth);
    const subject = padTo(hook.subject, this.#subjectWidth);
    return [["dim", name], ["none", latency + gap + subject + gap], outcomeText(hook)];
  }

  #line(who: string, parts: readonly Part[]): string {
    const at = seconds(performance.now() - this.#begun).padStart(timeWidth);
    let room = this.#width;
    return [["dim", at + gap] as const, ["cyan", padTo(who, pluginWidth) + gap] as const, ...parts]
      .map(([colour, text]) => {
        const cut = cutTo(text, room);
        room -= widthOf(cut);
        return this.#output.paint(colour, cut);
      })
      .join("");
  }

  get #width(): number {
    return Math.max(widthMin, this.#output.width());
  }

  get #hasHooks(): boolean {
    return this.#width >= hookFits;
  }

  /** What the other columns leave. */
  get #subjectWidth(): number {
    const others = [timeWidth, pluginWidth, latencyWidth, outcomeWidth];
    if (this.#hasHooks) others.push(hookWidth);
    const used = others.reduce((sum, width) => sum + width + gap.length, 0);
    return Math.max(subjectMin, this.#width - used);
  }
}
