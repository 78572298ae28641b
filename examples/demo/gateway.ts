import type { ExternalPlugin, HookPayloads } from "mcp-tether";
import type { CallEnd, Calls } from "./calls.ts";
import type { KillInCall } from "./kill-in-call.ts";
import type { ExportJob, Job } from "./plan.ts";
import type { PolicyRestart } from "./policy-restart.ts";

export interface GatewayParts {
  readonly masker: ExternalPlugin;
  readonly guard: ExternalPlugin;
  readonly calls: Calls;
  readonly kill: KillInCall;
  readonly restart: PolicyRestart;
}

type ToolCall = HookPayloads["tool_pre_invoke"];

/** What a gateway does between a model and its tools: each call passes the guard, and what comes back passes the masker. */
export class Gateway {
  readonly #parts: GatewayParts;

  constructor(parts: GatewayParts) {
    this.#parts = parts;
  }

  async process(job: Job): Promise<void> {
    const call = toolCallOf(job);
    if (!(await this.#isAllowed(job, call))) {
      if (job.kind === "export") this.#parts.kill.giveUp(job);
      return;
    }
    switch (job.kind) {
      case "toolCall":
        await this.#mask(job, "tool_pre_invoke", call);
        await this.#mask(job, "tool_post_invoke", { name: call.name, result: job.call.result });
        break;
      case "document": {
        const { text } = job.document;
        await this.#mask(job, "tool_post_invoke", { name: call.name, result: { content: text } });
        // The same document once more, as somebody pastes it into a prompt.
        const args = { document: text };
        await this.#mask(job, "prompt_pre_fetch", { prompt_id: "summarize", args });
        break;
      }
      case "export":
        await this.#export(job, call);
    }
  }

  async #isAllowed(job: Job, payload: ToolCall): Promise<boolean> {
    const { guard, calls, restart } = this.#parts;
    const { outcome } = await restart.pass(() =>
      calls.invoke({
        plugin: guard,
        hook: "tool_pre_invoke",
        payload,
        request: `${job.id}:guard`,
        subject: job.subject,
      }),
    );
    return outcome === "allowed";
  }

  async #export(job: ExportJob, { name }: ToolCall): Promise<void> {
    const payload = { name, result: { documents: job.documents } };
    const request = `${job.id}:tool_post_invoke`;
    await this.#parts.kill.during(job, request, async () => {
      const { outcome } = await this.#mask(job, "tool_post_invoke", payload);
      return outcome === "unknown";
    });
    // Only the caller can know that masking may be done twice. It is a new call, with a name of its own.
    if (this.#parts.calls.ends.get(request)?.outcome === "unknown")
      await this.#mask(job, "tool_post_invoke", payload, ":again");
  }

  async #mask<H extends "prompt_pre_fetch" | "tool_pre_invoke" | "tool_post_invoke">(
    job: Job,
    hook: H,
    payload: HookPayloads[H],
    suffix = "",
  ): Promise<CallEnd<H>> {
    const { masker: plugin, calls } = this.#parts;
    const request = `${job.id}:${hook}${suffix}`;
    return await calls.invoke({ plugin, hook, payload, request, subject: job.subject });
  }
}

/** What the model asks for. */
function toolCallOf(job: Job): ToolCall & { readonly args: Record<string, unknown> } {
  switch (job.kind) {
    case "toolCall":
      return { name: job.call.name, args: job.call.args };
    case "document":
      return { name: "file_read", args: { path: `/workspace/${job.document.name}` } };
    case "export":
      return { name: "archive_export", args: { part: job.id } };
  }
}
