/** Who makes the request, in detail. Only servers of the newer generation (CPEX) read it. */
export interface UserContext {
  user_id: string;
  email?: string | null | undefined;
  full_name?: string | null | undefined;
  is_admin?: boolean | undefined;
  groups?: string[] | undefined;
  roles?: string[] | undefined;
  teams?: string[] | null | undefined;
  team_id?: string | null | undefined;
  department?: string | null | undefined;
  attributes?: Record<string, unknown> | undefined;
  auth_method?: string | null | undefined;
  /** Date and time in ISO 8601 */
  authenticated_at?: string | null | undefined;
  service_account?: string | null | undefined;
  delegation_chain?: string[] | undefined;
}

/** What all plugins know of one request. A plugin may change `state`; changes of the rest stay with it. */
export interface GlobalContext {
  request_id: string;
  /** Name of the user, or an object that describes it */
  user?: string | Record<string, unknown> | null | undefined;
  user_context?: UserContext | null | undefined;
  tenant_id?: string | null | undefined;
  server_id?: string | null | undefined;
  /** At most 200 printable characters */
  content_type?: string | null | undefined;
  state: Record<string, unknown>;
  metadata: Record<string, unknown>;
}

/** What a plugin knows of one request, from its first hook to its last. A plugin may change `state` and `metadata`. */
export interface PluginContext {
  state: Record<string, unknown>;
  global_context: GlobalContext;
  metadata: Record<string, unknown>;
}
