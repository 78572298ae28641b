import { asRecord, asTextRecord, Members } from "../models/members.ts";
import type {
  AgentPostInvokePayload,
  AgentPreInvokePayload,
  HttpAuthCheckPermissionDecision,
  ImageAssessmentPayload,
  PromptPostFetchPayload,
  PromptPreFetchPayload,
  ResourcePostFetchPayload,
  ResourcePreFetchPayload,
  ToolPostInvokePayload,
  ToolPreInvokePayload,
} from "./hook-payloads.ts";

// What the schemas say, written out by hand for the answers' sake. A test holds the two together.

export function readPromptPreFetch(value: unknown, at: string): PromptPreFetchPayload {
  const given = new Members(value, at);
  return { prompt_id: given.text("prompt_id"), args: given.textRecordOrNull("args", {}) };
}

export function readPromptPostFetch(value: unknown, at: string): PromptPostFetchPayload {
  const given = new Members(value, at);
  return { prompt_id: given.text("prompt_id"), result: given.any("result") };
}

export function readToolPreInvoke(value: unknown, at: string): ToolPreInvokePayload {
  const given = new Members(value, at);
  return {
    name: given.text("name"),
    args: given.recordOrNull("args", {}),
    headers: given.textRecordOrNull("headers"),
  };
}

export function readToolPostInvoke(value: unknown, at: string): ToolPostInvokePayload {
  const given = new Members(value, at);
  return { name: given.text("name"), result: given.any("result") };
}

export function readResourcePreFetch(value: unknown, at: string): ResourcePreFetchPayload {
  const given = new Members(value, at);
  return { uri: given.text("uri"), metadata: given.recordOrNull("metadata", {}) };
}

export function readResourcePostFetch(value: unknown, at: string): ResourcePostFetchPayload {
  const given = new Members(value, at);
  return { uri: given.text("uri"), content: given.any("content") };
}

export function readAgentPreInvoke(value: unknown, at: string): AgentPreInvokePayload {
  const given = new Members(value, at);
  return {
    agent_id: given.text("agent_id"),
    messages: given.list("messages"),
    tools: given.textsOrNull("tools"),
    headers: given.textRecordOrNull("headers"),
    model: given.textOrNull("model"),
    system_prompt: given.textOrNull("system_prompt"),
    parameters: given.recordOrNull("parameters", {}),
  };
}

export function readAgentPostInvoke(value: unknown, at: string): AgentPostInvokePayload {
  const given = new Members(value, at);
  return {
    agent_id: given.text("agent_id"),
    messages: given.list("messages"),
    tool_calls: given.recordsOrNull("tool_calls"),
  };
}

export function readHeaders(value: unknown, at: string): Record<string, string> {
  return asTextRecord(value, at);
}

export function readUser(value: unknown, at: string): Record<string, unknown> {
  return asRecord(value, at);
}

export function readPermissionDecision(
  value: unknown,
  at: string,
): HttpAuthCheckPermissionDecision {
  const given = new Members(value, at);
  return { granted: given.bool("granted"), reason: given.textOrNull("reason") };
}

export function readImageAssessment(value: unknown, at: string): ImageAssessmentPayload {
  const given = new Members(value, at);
  return {
    assessment_id: given.text("assessment_id"),
    image_ref: given.text("image_ref"),
    image_digest: given.textOrNull("image_digest"),
  };
}
