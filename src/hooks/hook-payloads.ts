import type { PluginResult } from "../models/plugin-result.ts";
import type { CmfMessage } from "./cmf-message.ts";
import type {
  IdentityResolution,
  IdentityResolvePayload,
  TokenDelegatePayload,
  TokenDelegation,
} from "./identity-payloads.ts";

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

/** A container image that is about to be registered, or deployed. ContextForge only. */
export interface ImageAssessmentPayload {
  assessment_id: string;
  image_ref: string;
  image_digest?: string | null | undefined;
}

/** A message of a conversation, whatever it carries. CPEX only. */
export interface MessagePayload {
  message: CmfMessage;
  /** Where in the course of a request it is looked at. Default `evaluate` */
  hook?:
    | "evaluate"
    | "llm_input"
    | "llm_output"
    | "tool_pre_invoke"
    | "tool_post_invoke"
    | "prompt_pre_fetch"
    | "prompt_post_fetch"
    | "resource_pre_fetch"
    | "resource_post_fetch"
    | undefined;
}

/**
 * What each hook is called with, by the hook's name. Left out or null, an optional field has the default of the server's
 * model. Declaration merging adds hooks of one's own, here and in {@link HookResults}; `registerHook` tells what they are.
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
  server_pre_register: ImageAssessmentPayload;
  runtime_pre_deploy: ImageAssessmentPayload;
  evaluate: MessagePayload;
  "cmf.tool_pre_invoke": MessagePayload;
  "cmf.tool_post_invoke": MessagePayload;
  "cmf.llm_input": MessagePayload;
  "cmf.llm_output": MessagePayload;
  "cmf.resource_pre_fetch": MessagePayload;
  "cmf.resource_post_fetch": MessagePayload;
  "cmf.prompt_pre_fetch": MessagePayload;
  "cmf.prompt_post_fetch": MessagePayload;
  identity_resolve: IdentityResolvePayload;
  token_delegate: TokenDelegatePayload;
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
  server_pre_register: PluginResult<ImageAssessmentPayload>;
  runtime_pre_deploy: PluginResult<ImageAssessmentPayload>;
  evaluate: PluginResult<MessagePayload>;
  "cmf.tool_pre_invoke": PluginResult<MessagePayload>;
  "cmf.tool_post_invoke": PluginResult<MessagePayload>;
  "cmf.llm_input": PluginResult<MessagePayload>;
  "cmf.llm_output": PluginResult<MessagePayload>;
  "cmf.resource_pre_fetch": PluginResult<MessagePayload>;
  "cmf.resource_post_fetch": PluginResult<MessagePayload>;
  "cmf.prompt_pre_fetch": PluginResult<MessagePayload>;
  "cmf.prompt_post_fetch": PluginResult<MessagePayload>;
  identity_resolve: PluginResult<IdentityResolution>;
  token_delegate: PluginResult<TokenDelegation>;
}

/** Name of a hook whose payload and result both have a type. */
export type HookType = keyof HookPayloads & keyof HookResults;
