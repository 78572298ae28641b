import type { ExternalPlugin } from "../../../src/external-plugin.ts";
import { Recorder } from "../../../src/inspector/recorder.ts";
import {
  applyRecord,
  type ConnectionModel,
  type Model,
} from "../../../src/inspector/trace/model.ts";
import type { StepRecord, TraceRecord } from "../../../src/inspector/trace/record.ts";
import { afterwards } from "../../external-plugin/support/harness.ts";

/** Everything that is recorded of one plugin from now on. */
export class Recording {
  readonly recorder = new Recorder(100_000);
  readonly detach: () => void;

  constructor(plugin: ExternalPlugin) {
    this.detach = this.recorder.attach({
      name: plugin.name,
      plugin,
      actor: () => plugin.actor,
    });
    afterwards(() => this.recorder.detachAll());
  }

  get records(): readonly TraceRecord[] {
    return this.recorder.history.slice(0, this.recorder.history.end);
  }

  get steps(): readonly StepRecord[] {
    return this.records.filter((record) => record.kind === "step");
  }

  get model(): ConnectionModel {
    const [model] = this.recorder.history.model.values();
    if (model === undefined) throw new Error("Nothing has been recorded");
    return model;
  }
}

/** The state of affairs after these records. */
export function modelOf(records: Iterable<TraceRecord>): Model {
  const model: Model = new Map();
  for (const record of records) applyRecord(model, record);
  return model;
}
