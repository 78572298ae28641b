import type { Rule } from "./rule.ts";

/** The policy of the example: what an assistant's tools must not do, whoever asks for it. */
export const defaultRules: readonly Rule[] = [
  {
    code: "SHELL_RECURSIVE_DELETE",
    tool: "shell*",
    argument: "command",
    refuse: {
      is: "command",
      program: "rm",
      with: [
        ["-r", "-R", "--recursive"],
        ["-f", "--force"],
      ],
    },
    reason: "Forced recursive deletion",
    description: "Delete single files, or ask a person to clean up.",
  },
  {
    code: "SHELL_OVERWRITE_DEVICE",
    tool: "shell*",
    argument: "command",
    refuse: { is: "command", program: "dd", with: [["of=/dev/*"]] },
    reason: "Writing to a device",
    description: "Write to a file in the workspace.",
  },
  {
    code: "SHELL_MAKE_FILESYSTEM",
    tool: "shell*",
    argument: "command",
    refuse: { is: "command", program: "mkfs*" },
    reason: "Formatting a disk",
    description: "No tool may format disks.",
  },
  {
    code: "SQL_DESTRUCTIVE",
    tool: "sql*",
    argument: "**.query",
    refuse: { is: "destructive-sql" },
    reason: "Destructive SQL",
    description: "Give DELETE and UPDATE a WHERE; leave DROP and TRUNCATE to a migration.",
  },
  {
    code: "HTTP_PRIVATE_ADDRESS",
    tool: "http*",
    argument: "**.url",
    refuse: { is: "private-host" },
    reason: "Request into the private network",
    description: "Only public addresses may be requested.",
  },
  {
    code: "FILE_OUTSIDE_WORKSPACE",
    tool: "file*",
    argument: "**.path",
    refuse: { is: "outside-folder", folder: "/workspace" },
    reason: "Path outside the workspace",
    description: "Files live below /workspace.",
  },
  {
    code: "MAIL_EXTERNAL_RECIPIENT",
    tool: "mail*",
    argument: "to|cc|bcc.**",
    refuse: { is: "foreign-recipient", domains: ["example.org"] },
    reason: "Mail to an external recipient",
    description: "Mail may go to example.org only.",
  },
  {
    code: "SECRET_IN_ARGUMENT",
    tool: "*",
    argument: "**",
    refuse: { is: "contains", texts: ["PRIVATE KEY-----", "PRIVATE KEY BLOCK-----"] },
    reason: "A private key in an argument",
    description: "Name a secret, do not pass it on.",
  },
];
