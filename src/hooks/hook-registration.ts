import type { HookPayloads, HookResults, HookType } from "./hook-payloads.ts";

/** One thing that a schema finds wrong. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

export type SchemaVerdict<Value> =
  | { readonly value: Value; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** A schema of any library that speaks Standard Schema: zod, valibot, arktype, … It must not be asynchronous. */
export interface PayloadSchema<Value> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaVerdict<Value> | PromiseLike<SchemaVerdict<Value>>;
  };
}

type ModifiedPayload<H extends HookType> = NonNullable<HookResults[H]["modified_payload"]>;

/** What a hook of one's own is called with, and what it answers. */
export interface HookRegistration<H extends HookType> {
  /** Checks what a server gets, and fills in its defaults */
  readonly payload: PayloadSchema<HookPayloads[H]>;
  /** Checks the `modified_payload` of a result. Default: `payload` does */
  readonly modifiedPayload?: PayloadSchema<ModifiedPayload<H>> | undefined;
  /** Name of the payload in a server's errors. Default: from the hook's name, such as `BillingPreChargePayload` */
  readonly payloadName?: string | undefined;
  /** Members of the payload that are sent when they are null, instead of being left out. Default: none */
  readonly nullFields?: readonly (keyof HookPayloads[H] & string)[] | undefined;
}
