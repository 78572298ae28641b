import type { PluginResult } from "../models/plugin-result.ts";

export interface PromptPreFetchPayload {
  prompt_id: string;
  args?: Record<string, string> | null | undefined;
}

export interface PromptPostFetchPayload {
  prompt_id: string;
  result: unknown;
}

export interface ToolPreInvokePayload {
  name: string;
  args?: Record<string, unknown> | null | undefined;
  headers?: Record<string, string> | null | undefined;
}

export interface ToolPostInvokePayload {
  name: string;
  result: unknown;
}

export interface ResourcePreFetchPayload {
  uri: string;
  metadata?: Record<string, unknown> | null | undefined;
}

export interface ResourcePostFetchPayload {
  uri: string;
  content: unknown;
}

export interface AgentPreInvokePayload {
  agent_id: string;
  messages: unknown[];
  tools?: string[] | null | undefined;
  headers?: Record<string, string> | null | undefined;
  model?: string | null | undefined;
  system_prompt?: string | null | undefined;
  parameters?: Record<string, unknown> | null | undefined;
}

export interface AgentPostInvokePayload {
  agent_id: string;
  messages: unknown[];
  tool_calls?: Record<string, unknown>[] | null | undefined;
}

export interface HttpPreRequestPayload {
  path: string;
  method: string;
  client_host?: string | null | undefined;
  client_port?: number | null | undefined;
  headers: Record<string, string>;
}

export interface HttpPostRequestPayload extends HttpPreRequestPayload {
  response_headers?: Record<string, string> | null | undefined;
  status_code?: number | null | undefined;
}

export interface HttpAuthResolveUserPayload {
  credentials?: Record<string, unknown> | null | undefined;
  headers: Record<string, string>;
  client_host?: string | null | undefined;
  client_port?: number | null | undefined;
}

export interface HttpAuthCheckPermissionPayload {
  user_email: string;
  permission: string;
  resource_type?: string | null | undefined;
  team_id?: string | null | undefined;
  is_admin?: boolean | undefined;
  auth_method?: string | null | undefined;
  client_host?: string | null | undefined;
  user_agent?: string | null | undefined;
}

/** What a plugin decides on a permission. */
export interface HttpAuthCheckPermissionDecision {
  granted: boolean;
  reason?: string | null | undefined;
}

/**
 * What each hook is called with, by the hook's name. Left out or null, an optional field has the default of the server's
 * model. An interface, so that declaration merging can add hooks of one's own.
 */
export interface HookPayloads {
  prompt_pre_fetch: PromptPreFetchPayload;
  prompt_post_fetch: PromptPostFetchPayload;
  tool_pre_invoke: ToolPreInvokePayload;
  tool_post_invoke: ToolPostInvokePayload;
  resource_pre_fetch: ResourcePreFetchPayload;
  resource_post_fetch: ResourcePostFetchPayload;
  agent_pre_invoke: AgentPreInvokePayload;
  agent_post_invoke: AgentPostInvokePayload;
  http_pre_request: HttpPreRequestPayload;
  http_post_request: HttpPostRequestPayload;
  http_auth_resolve_user: HttpAuthResolveUserPayload;
  http_auth_check_permission: HttpAuthCheckPermissionPayload;
}

/** What each hook answers, by the hook's name. The `modified_payload` of the http hooks is of another type than theirs. */
export interface HookResults {
  prompt_pre_fetch: PluginResult<PromptPreFetchPayload>;
  prompt_post_fetch: PluginResult<PromptPostFetchPayload>;
  tool_pre_invoke: PluginResult<ToolPreInvokePayload>;
  tool_post_invoke: PluginResult<ToolPostInvokePayload>;
  resource_pre_fetch: PluginResult<ResourcePreFetchPayload>;
  resource_post_fetch: PluginResult<ResourcePostFetchPayload>;
  agent_pre_invoke: PluginResult<AgentPreInvokePayload>;
  agent_post_invoke: PluginResult<AgentPostInvokePayload>;
  /** All the headers of the request */
  http_pre_request: PluginResult<Record<string, string>>;
  /** All the headers of the response */
  http_post_request: PluginResult<Record<string, string>>;
  /** The user, in whatever form the host has agreed on with the plugin */
  http_auth_resolve_user: PluginResult<Record<string, unknown>>;
  http_auth_check_permission: PluginResult<HttpAuthCheckPermissionDecision>;
}

export type HookType = keyof HookPayloads;
