/** A call of a tool, as the hook `tool_pre_invoke` brings it. */
export interface ToolCall {
  readonly name: string;
  readonly args?: Readonly<Record<string, unknown>> | null | undefined;
}

/** What must not be true of an argument. */
export type Predicate =
  | CommandPredicate
  | SqlPredicate
  | OutsideFolderPredicate
  | PrivateHostPredicate
  | ForeignRecipientPredicate
  | TextPredicate;

/** A shell command line (or a list of its words) runs this program, or is too long to tell: beyond 65 536 characters. */
export interface CommandPredicate {
  readonly is: "command";
  /** Program, without its folder; `*` stands for anything */
  readonly program: string;
  /** Each list must be met by one of the words: `-r` also by `-rf`; `*` stands for anything */
  readonly with?: readonly (readonly string[])[];
}

/** SQL with a statement that destroys: `drop` and `truncate` in any case, the others without a condition. */
export interface SqlPredicate {
  readonly is: "destructive-sql";
}

/** A path, or a `file:` URL, that leads out of this folder. */
export interface OutsideFolderPredicate {
  readonly is: "outside-folder";
  /** Absolute POSIX path */
  readonly folder: string;
}

/** A URL, or a host, that is not of the public network: private, link-local, loopback, or a cloud's metadata service. */
export interface PrivateHostPredicate {
  readonly is: "private-host";
}

/** A mail recipient outside these domains and their subdomains. */
export interface ForeignRecipientPredicate {
  readonly is: "foreign-recipient";
  readonly domains: readonly string[];
}

/** The text contains one of these, in upper or lower case. */
export interface TextPredicate {
  readonly is: "contains";
  readonly texts: readonly string[];
}

/** One line of the policy: in calls of these tools, this argument must not be like that. */
export interface Rule {
  readonly code: string;
  /** Name of the tool; `*` stands for anything. Upper and lower case count as the same */
  readonly tool: string;
  /**
   * Dotted path below `args`: `to|cc` stands for either key, in upper or lower case, `*` for any key or index, `**` for
   * any way down
   */
  readonly argument: string;
  readonly refuse: Predicate;
  readonly reason: string;
  readonly description: string;
}

/** Why a call is blocked, in the names of the wire. */
export interface Violation {
  readonly reason: string;
  readonly description: string;
  readonly code: string;
  /** Where, never what: the value may be a secret */
  readonly details: { readonly tool: string; readonly argument: string };
}
