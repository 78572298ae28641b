import { z } from "zod";
import { recordSchema, textOrNullSchema, textRecordSchema } from "../models/field-schemas.ts";
import type {
  Delegation,
  IdentityResolution,
  IdentityResolvePayload,
  TokenDelegatePayload,
  TokenDelegation,
} from "./identity-payloads.ts";

const texts = z.array(z.string()).default(() => []);
const textRecordOrEmpty = textRecordSchema.default(() => ({}));
const intOrNull = z.int().nullable().default(null);

const subject = z.object({
  id: z.string(),
  type: z.enum(["user", "agent", "service", "system"]),
  roles: texts,
  permissions: texts,
  teams: texts,
  claims: textRecordOrEmpty,
});

const hop = z.object({
  subject_id: z.string(),
  subject_type: z.string(),
  audience: textOrNullSchema,
  scopes_granted: texts,
  timestamp: z.string().optional(),
  ttl_seconds: intOrNull,
  strategy: textOrNullSchema,
  from_cache: z.boolean().default(false),
});

const delegation: z.ZodType<Delegation> = z.object({
  chain: z.array(hop).default(() => []),
  depth: z.int().default(0),
  origin_subject_id: textOrNullSchema,
  actor_subject_id: textOrNullSchema,
  delegated: z.boolean().default(false),
  age_seconds: z.number().default(0),
});

export const identityResolveSchema: z.ZodType<IdentityResolvePayload> = z.object({
  raw_token: z.string(),
  source: z.string().default("bearer"),
  headers: textRecordOrEmpty,
  client_host: textOrNullSchema,
  client_port: intOrNull,
});

export const identityResolutionSchema: z.ZodType<IdentityResolution> = z.object({
  subject: subject.nullable().default(null),
  delegation: delegation.nullable().default(null),
  rejected: z.boolean().default(false),
  reject_status: z.int().default(401),
  reject_reason: z.string().default(""),
  raw_claims: recordSchema.default(() => ({})),
});

const attenuation = z.object({
  capabilities: texts,
  resource_template: textOrNullSchema,
  actions: texts,
  ttl_seconds: intOrNull,
});

export const tokenDelegateSchema: z.ZodType<TokenDelegatePayload> = z.object({
  target_name: z.string(),
  target_type: z.string().default("tool"),
  target_audience: textOrNullSchema,
  required_permissions: texts,
  trust_domain: textOrNullSchema,
  auth_enforced_by: z.string().default("caller"),
  route_attenuation: attenuation.nullable().default(null),
  bearer_token: textOrNullSchema,
});

export const tokenDelegationSchema: z.ZodType<TokenDelegation> = z.object({
  delegated_token: textOrNullSchema,
  delegation_update: delegation.prefault(() => ({})),
  forwarded_headers: textRecordOrEmpty,
  cache_key: textOrNullSchema,
  cache_ttl: intOrNull,
});
