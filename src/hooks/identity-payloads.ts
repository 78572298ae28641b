/** A credential that is to be turned into an identity. CPEX only. */
export interface IdentityResolvePayload {
  /** Sent as it is given: think of who runs the plugin */
  raw_token: string;
  /** Where it was found: `bearer`, `mtls`, `api_key` or `custom`. Default `bearer` */
  source?: string | undefined;
  headers?: Record<string, string> | undefined;
  client_host?: string | null | undefined;
  client_port?: number | null | undefined;
}

export interface Subject {
  id: string;
  type: "user" | "agent" | "service" | "system";
  roles?: string[] | undefined;
  permissions?: string[] | undefined;
  teams?: string[] | undefined;
  claims?: Record<string, string> | undefined;
}

/** One who acts for the one before. */
export interface DelegationHop {
  subject_id: string;
  subject_type: string;
  audience?: string | null | undefined;
  scopes_granted?: string[] | undefined;
  /** Date and time in ISO 8601 */
  timestamp?: string | undefined;
  ttl_seconds?: number | null | undefined;
  strategy?: string | null | undefined;
  from_cache?: boolean | undefined;
}

export interface Delegation {
  chain?: DelegationHop[] | undefined;
  depth?: number | undefined;
  origin_subject_id?: string | null | undefined;
  actor_subject_id?: string | null | undefined;
  delegated?: boolean | undefined;
  age_seconds?: number | undefined;
}

/** Whose credential it is, or why it is refused. */
export interface IdentityResolution {
  subject?: Subject | null | undefined;
  delegation?: Delegation | null | undefined;
  rejected?: boolean | undefined;
  /** HTTP status of a refusal. Default 401 */
  reject_status?: number | undefined;
  reject_reason?: string | undefined;
  raw_claims?: Record<string, unknown> | undefined;
}

export interface TokenAttenuation {
  capabilities?: string[] | undefined;
  resource_template?: string | null | undefined;
  actions?: string[] | undefined;
  ttl_seconds?: number | null | undefined;
}

/** A call for which a credential is to be made. CPEX only. */
export interface TokenDelegatePayload {
  target_name: string;
  /** `tool`, `agent`, `resource` or `service`. Default `tool` */
  target_type?: string | undefined;
  target_audience?: string | null | undefined;
  required_permissions?: string[] | undefined;
  trust_domain?: string | null | undefined;
  /** `caller`, `target` or `both`. Default `caller` */
  auth_enforced_by?: string | undefined;
  route_attenuation?: TokenAttenuation | null | undefined;
  /** Sent as it is given: think of who runs the plugin */
  bearer_token?: string | null | undefined;
}

export interface TokenDelegation {
  delegated_token?: string | null | undefined;
  delegation_update?: Delegation | undefined;
  forwarded_headers?: Record<string, string> | undefined;
  cache_key?: string | null | undefined;
  /** Seconds */
  cache_ttl?: number | null | undefined;
}
