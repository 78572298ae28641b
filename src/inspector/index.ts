export type { Attachable, ConnectionCommand, ObservedActor } from "./attachable.ts";
export type { InspectorOptions } from "./inspector-options.ts";
export { openBrowser } from "./open-browser.ts";
export { type Inspector, showTrace, startInspector } from "./start-inspector.ts";
export { readTrace, type Trace, TraceError } from "./trace/read-trace.ts";
export type {
  AttachedRecord,
  CallCounts,
  DetachedRecord,
  LeafState,
  LinkNote,
  OpenCall,
  ProcessNote,
  SettledCall,
  StepRecord,
  TraceHeader,
  TraceRecord,
} from "./trace/record.ts";
