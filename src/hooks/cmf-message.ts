/** Something that a model asked a tool to do. */
export interface CmfToolCall {
  tool_call_id: string;
  name: string;
  arguments?: Record<string, unknown> | undefined;
  namespace?: string | null | undefined;
}

export interface CmfToolResult {
  tool_call_id: string;
  tool_name: string;
  /** Anything that JSON has */
  content?: unknown;
  is_error?: boolean | undefined;
}

export type CmfResourceType = "file" | "blob" | "uri" | "database";

export interface CmfResource {
  resource_request_id: string;
  uri: string;
  name?: string | null | undefined;
  description?: string | null | undefined;
  resource_type: CmfResourceType;
  content?: string | null | undefined;
  /** Bytes as text, as host and plugin have agreed to encode them */
  blob?: string | null | undefined;
  mime_type?: string | null | undefined;
  size_bytes?: number | null | undefined;
  annotations?: Record<string, unknown> | undefined;
  version?: string | null | undefined;
}

/** A resource that is only named. */
export interface CmfResourceReference {
  resource_request_id: string;
  uri: string;
  name?: string | null | undefined;
  resource_type: CmfResourceType;
  /** Line or byte */
  range_start?: number | null | undefined;
  range_end?: number | null | undefined;
  selector?: string | null | undefined;
}

export interface CmfPromptRequest {
  prompt_request_id: string;
  name: string;
  arguments?: Record<string, unknown> | undefined;
  server_id?: string | null | undefined;
}

export interface CmfPromptResult {
  prompt_request_id: string;
  prompt_name: string;
  messages?: CmfMessage[] | undefined;
  content?: string | null | undefined;
  is_error?: boolean | undefined;
  error_message?: string | null | undefined;
}

export interface CmfImage {
  type: "url" | "base64";
  /** The URL, or the bytes in base64 */
  data: string;
  media_type?: string | null | undefined;
}

/** A video or a recording. */
export interface CmfMedia extends CmfImage {
  duration_ms?: number | null | undefined;
}

export interface CmfDocument extends CmfImage {
  title?: string | null | undefined;
}

/** One part of a message. `content_type` says which. */
export type CmfContentPart =
  | { content_type: "text" | "thinking"; text: string }
  | { content_type: "tool_call"; content: CmfToolCall }
  | { content_type: "tool_result"; content: CmfToolResult }
  | { content_type: "resource"; content: CmfResource }
  | { content_type: "resource_ref"; content: CmfResourceReference }
  | { content_type: "prompt_request"; content: CmfPromptRequest }
  | { content_type: "prompt_result"; content: CmfPromptResult }
  | { content_type: "image"; content: CmfImage }
  | { content_type: "video" | "audio"; content: CmfMedia }
  | { content_type: "document"; content: CmfDocument };

/** A message of CPEX's common message format. Nothing else may be in it. */
export interface CmfMessage {
  /** Default `2.0` */
  schema_version?: string | undefined;
  role: "system" | "developer" | "user" | "assistant" | "tool";
  content?: CmfContentPart[] | undefined;
  channel?: "analysis" | "commentary" | "final" | null | undefined;
}
