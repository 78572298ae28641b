import fc from "fast-check";

const json = fc.jsonValue({ maxDepth: 2 });
const key = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.constantFrom("constructor", "prototype", "toString", "hasOwnProperty", "length"),
);
const record = fc.dictionary(key, json, { maxKeys: 4 });
const texts = fc.dictionary(key, fc.string({ maxLength: 6 }), { maxKeys: 4 });

/** Values that some field or other takes, and such that none does. */
const anyValue = fc.oneof(
  { arbitrary: fc.constant(null), weight: 2 },
  fc.boolean(),
  fc.string({ maxLength: 8 }),
  fc.integer(),
  fc.constantFrom(0.5, -0, 1e21, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER + 1),
  record,
  texts,
  fc.array(fc.string({ maxLength: 6 }), { maxLength: 3 }),
  fc.array(record, { maxLength: 3 }),
  fc.array(json, { maxLength: 3 }),
);

const goodValue: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  text: fc.string({ maxLength: 8 }),
  bool: fc.boolean(),
  int: fc.integer(),
  record,
  texts,
  list: fc.array(json, { maxLength: 3 }),
  names: fc.array(fc.string({ maxLength: 6 }), { maxLength: 3 }),
  records: fc.array(record, { maxLength: 3 }),
  any: json,
  mode: fc.constantFrom(
    "sequential",
    "transform",
    "audit",
    "concurrent",
    "fire_and_forget",
    "disabled",
    "enforce",
  ),
  status: fc.constantFrom(
    "completed",
    "error",
    "timeout",
    "skipped",
    "cancelled",
    "disabled",
    "bogus",
  ),
};

export type FieldKinds = Readonly<Record<string, string>>;

/**
 * Objects with fields of those kinds: mostly of the right type, some missing, some null, now and then of any other type,
 * and with fields that nobody knows. Parsed from JSON, as everything that is read is.
 */
function nearly(
  kinds: FieldKinds,
  inner: Readonly<Record<string, fc.Arbitrary<unknown>>> = {},
): fc.Arbitrary<unknown> {
  const fields = Object.entries(kinds).map(([field, kind]) => {
    const good = inner[field] ?? goodValue[kind];
    if (good === undefined) throw new Error(`no arbitrary for ${kind}`);
    const value = fc.oneof(
      { arbitrary: good, weight: 20 },
      { arbitrary: fc.constant(undefined), weight: 2 },
      { arbitrary: anyValue, weight: 1 },
    );
    return [field, value] as const;
  });
  const near = fc
    .tuple(fc.record(Object.fromEntries(fields)), fc.dictionary(key, json, { maxKeys: 2 }))
    .map(([known, unknown]) => JSON.parse(JSON.stringify({ ...unknown, ...known })));
  return fc.oneof({ arbitrary: near, weight: 30 }, { arbitrary: anyValue, weight: 1 });
}

/** What the payloads and the bare `modified_payload` of each stock hook are made of, by the hook's name. */
export const modifiedPayloadKinds: Readonly<Record<string, FieldKinds | "record" | "texts">> = {
  prompt_pre_fetch: { prompt_id: "text", args: "texts" },
  prompt_post_fetch: { prompt_id: "text", result: "any" },
  tool_pre_invoke: { name: "text", args: "record", headers: "texts" },
  tool_post_invoke: { name: "text", result: "any" },
  resource_pre_fetch: { uri: "text", metadata: "record" },
  resource_post_fetch: { uri: "text", content: "any" },
  agent_pre_invoke: {
    agent_id: "text",
    messages: "list",
    tools: "names",
    headers: "texts",
    model: "text",
    system_prompt: "text",
    parameters: "record",
  },
  agent_post_invoke: { agent_id: "text", messages: "list", tool_calls: "records" },
  http_pre_request: "texts",
  http_post_request: "texts",
  http_auth_resolve_user: "record",
  http_auth_check_permission: { granted: "bool", reason: "text" },
  server_pre_register: { assessment_id: "text", image_ref: "text", image_digest: "text" },
};

export function nearlyModifiedPayload(hookType: string): fc.Arbitrary<unknown> {
  const kinds = modifiedPayloadKinds[hookType];
  if (kinds === undefined) throw new Error(`no kinds for ${hookType}`);
  if (kinds === "record") return fc.oneof({ arbitrary: record, weight: 5 }, anyValue);
  if (kinds === "texts") return fc.oneof({ arbitrary: texts, weight: 5 }, anyValue);
  return nearly(kinds);
}

export const nearlyExecution: fc.Arbitrary<unknown> = nearly({
  plugin_id: "text",
  plugin_name: "text",
  plugin_kind: "text",
  hook_name: "text",
  mode: "mode",
  status: "status",
  requested_allow: "bool",
  effective_allow: "bool",
  matched: "bool",
  applied: "bool",
  payload_modified: "bool",
  extensions_modified: "bool",
  duration_ns: "int",
  reason: "text",
  error_code: "text",
  config_keys: "names",
});

export function nearlyResult(hookType: string): fc.Arbitrary<unknown> {
  return nearly(
    {
      continue_processing: "bool",
      modified_payload: "any",
      modified_extensions: "record",
      violation: "any",
      metadata: "record",
      http_headers: "texts",
      retry_delay_ms: "int",
      executions: "records",
    },
    {
      executions: fc.array(nearlyExecution, { maxLength: 1 }),
      modified_payload: fc.oneof(fc.constant(null), nearlyModifiedPayload(hookType)),
      violation: fc.oneof(
        fc.constant(null),
        nearly({
          reason: "text",
          description: "text",
          code: "text",
          details: "record",
          mcp_error_code: "int",
          http_status_code: "int",
          http_headers: "texts",
        }),
      ),
    },
  );
}

export const nearlyContext: fc.Arbitrary<unknown> = nearly(
  { state: "record", metadata: "record", global_context: "record" },
  { global_context: nearly({ request_id: "text", state: "record", metadata: "record" }) },
);

export const nearlyError: fc.Arbitrary<unknown> = nearly({
  message: "text",
  plugin_name: "text",
  code: "text",
  details: "record",
  mcp_error_code: "int",
});
