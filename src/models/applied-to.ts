interface Template {
  readonly fields?: readonly string[] | null | undefined;
  /** Whether what comes back is looked at. Default false */
  readonly result?: boolean | undefined;
  /** Keys of the context that are needed, such as `global.key1` */
  readonly context?: readonly string[] | null | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | null | undefined;
}

export interface ToolTemplate extends Template {
  readonly tool_name: string;
}

export interface PromptTemplate extends Template {
  readonly prompt_name: string;
}

export interface ResourceTemplate extends Template {
  readonly resource_uri: string;
}

/** What a plugin is for, for those who read configurations. It decides nothing. */
export interface AppliedTo {
  readonly tools?: readonly ToolTemplate[] | null | undefined;
  readonly prompts?: readonly PromptTemplate[] | null | undefined;
  readonly resources?: readonly ResourceTemplate[] | null | undefined;
}
