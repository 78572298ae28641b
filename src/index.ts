export type { Clock } from "./clock.ts";
export type {
  CallOutcome,
  InputIssue,
  PluginErrorCode,
  PluginErrorInit,
  PluginErrorModel,
  PluginPhase,
  ProcessExit,
} from "./errors.ts";
export { PluginError } from "./errors.ts";
export { ExternalPlugin, hookRef } from "./external-plugin.ts";
export type { HookRef, InvokeOptions } from "./hook-ref.ts";
export type {
  CmfContentPart,
  CmfDocument,
  CmfImage,
  CmfMedia,
  CmfMessage,
  CmfPromptRequest,
  CmfPromptResult,
  CmfResource,
  CmfResourceReference,
  CmfResourceType,
  CmfToolCall,
  CmfToolResult,
} from "./hooks/cmf-message.ts";
export type {
  AgentPostInvokePayload,
  AgentPreInvokePayload,
  HookPayloads,
  HookResults,
  HookType,
  HttpAuthCheckPermissionDecision,
  HttpAuthCheckPermissionPayload,
  HttpAuthResolveUserPayload,
  HttpPostRequestPayload,
  HttpPreRequestPayload,
  ImageAssessmentPayload,
  MessagePayload,
  PromptPostFetchPayload,
  PromptPreFetchPayload,
  ResourcePostFetchPayload,
  ResourcePreFetchPayload,
  ToolPostInvokePayload,
  ToolPreInvokePayload,
} from "./hooks/hook-payloads.ts";
export type {
  HookRegistration,
  PayloadSchema,
  SchemaIssue,
  SchemaVerdict,
} from "./hooks/hook-registration.ts";
export type {
  Delegation,
  DelegationHop,
  IdentityResolution,
  IdentityResolvePayload,
  Subject,
  TokenAttenuation,
  TokenDelegatePayload,
  TokenDelegation,
} from "./hooks/identity-payloads.ts";
export { hookTypes, isHookType, registerHook } from "./hooks/register-hook.ts";
export type { Logger } from "./logger.ts";
export type {
  AppliedTo,
  PromptTemplate,
  ResourceTemplate,
  ToolTemplate,
} from "./models/applied-to.ts";
export type { ControlExecutionRecord } from "./models/execution-record.ts";
export type {
  HttpMcpConfig,
  HttpMcpInput,
  McpConfig,
  McpInput,
  McpTlsConfig,
  McpTlsInput,
  PluginCondition,
  PluginConfig,
  PluginConfigInput,
  PluginMode,
  PluginOnError,
  StdioMcpConfig,
  StdioMcpInput,
} from "./models/plugin-config.ts";
export type { GlobalContext, PluginContext, UserContext } from "./models/plugin-context.ts";
export type { PluginResult, PluginViolation } from "./models/plugin-result.ts";
export type {
  BackoffOption,
  CommandPolicy,
  HeadersContext,
  HeadersOption,
  HttpOptions,
  InspectObserver,
  PhaseTimeouts,
  PluginOptions,
  ReplayPolicy,
  UrlPolicy,
} from "./options.ts";
export type { PluginActor, PluginCommand } from "./plugin-actor.ts";
export type { PluginEventName, PluginEvents, PluginListener } from "./plugin-events.ts";
export type { PluginState, PluginStats, PluginStatus } from "./plugin-status.ts";
