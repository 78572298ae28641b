import { by, type Row } from "../row.ts";

const parsing = "models/parse-plugin-config";
const wrong = (name: string): string => `what is wrong with a configuration > ${name}`;
const command = (name: string): string => `the command > ${name}`;
const unusable = (name: string): string => `a config that cannot be run > ${name}`;

/** The section `mcp`, and the command of a stdio server: B1 to B11, and B15 to B21. */
export const configuration: readonly Row[] = [
  {
    id: "B1",
    says: "env with another transport than stdio is refused",
    proof: by(parsing, wrong("env with a URL")),
  },
  {
    id: "B2",
    says: "stdio takes env",
    proof: [
      ...by(
        parsing,
        "a valid configuration > script, env and cwd are taken as they are, whether they exist or not",
      ),
      ...by(
        "transports/stdio/command",
        "the environment > reaches the process as it is, with the working directory",
      ),
    ],
  },
  {
    id: "B3",
    says: "a cwd that does not exist is refused",
    differs: "at each start instead of once: the folder may come, or go, while the host runs",
    proof: by(
      "external-plugin/bad-input",
      "a start is refused, with the field and what is wrong: > a folder that is missing",
    ),
  },
  { id: "B4", says: "uds with stdio is refused", proof: by(parsing, wrong("uds with STDIO")) },
  {
    id: "B5",
    says: "uds with streamable HTTP is taken, and made absolute",
    proof: by(parsing, "a valid configuration > the files of TLS and the socket become absolute"),
  },
  {
    id: "B6",
    says: "uds together with tls is refused, also with an empty one",
    proof: by(parsing, wrong("uds with empty tls")),
  },
  {
    id: "B7",
    says: "reconnect_attempts and reconnect_delay are 3 and 0.1",
    proof: by(parsing, "a valid configuration > has all defaults"),
  },
  { id: "B8", says: "no mcp section is an error", proof: by(parsing, wrong("no mcp section")) },
  {
    id: "B9",
    says: "stdio without script and cmd is an error",
    proof: by(parsing, wrong("neither script nor cmd")),
  },
  {
    id: "B10",
    says: "streamable HTTP without a url is an error",
    proof: by(parsing, wrong("no URL")),
  },
  {
    id: "B11",
    says: "SSE connects nothing, and ends in an error",
    differs: "refused by name when the configuration is read, as HTTP and GRPC are",
    proof: by(parsing, wrong("SSE"), wrong("HTTP"), wrong("GRPC")),
  },
  {
    id: "B15",
    says: "of cmd the first entry is the command, the rest are its arguments",
    proof: by("transports/stdio/command", command("is cmd, which wins over script")),
  },
  {
    id: "B16",
    says: "neither script nor cmd is refused",
    proof: by("transports/stdio/command", unusable("is refused for nothing")),
  },
  {
    id: "B17",
    says: "a script that is missing is refused",
    proof: by("transports/stdio/command", unusable("is refused for a missing script")),
  },
  {
    id: "B18",
    says: "a .py script is run by the interpreter of the host",
    differs: "this host has none: it is `python3`, or what the option `python` says",
    proof: by("transports/stdio/command", command("depends on the suffix of script")),
  },
  {
    id: "B19",
    says: "a relative script is looked for from cwd",
    proof: by("transports/stdio/command", command("is found from cwd")),
  },
  {
    id: "B20",
    says: "another file that is not executable is refused",
    proof: by(
      "transports/stdio/command",
      unusable("is refused for a script that must not be executed"),
    ),
  },
  {
    id: "B21",
    says: "another file that is executable is run itself, without arguments",
    proof: by("transports/stdio/command", command("is an executable script itself")),
  },
];
