import { by, type Row } from "../row.ts";

const tls = "transports/http/tls";
const server = (name: string): string => `a server with TLS > ${name}`;
const client = (name: string): string => `a server that wants a client certificate, * > ${name}`;

/** B68 to B80. The reference looks at the settings of its TLS context, these tests at what real servers get to see. */
export const certificates: readonly Row[] = [
  {
    id: "B68",
    says: "with a bundle of authorities, certificates are required, and names checked",
    proof: by(
      tls,
      server("that the bundle vouches for is called, and its session ended"),
      server("by its address is checked, too"),
    ),
  },
  {
    id: "B69",
    says: "a certificate that nobody vouches for is refused",
    proof: by(tls, server("that nobody vouches for is TLS_FAILED before anything is sent")),
  },
  {
    id: "B70",
    says: "an expired certificate is noticed",
    proof: by(tls, server("with an expired certificate is TLS_FAILED")),
  },
  {
    id: "B71",
    says: "a certificate that is not valid yet is noticed",
    proof: by(tls, server("with a certificate that is not valid yet is TLS_FAILED")),
  },
  {
    id: "B72",
    says: "mutual TLS loads the client's certificate",
    proof: by(tls, client("gets it on every connection, to the end of the session")),
  },
  {
    id: "B73",
    says: "a wrong host name is refused",
    proof: by(tls, server("with a certificate for another name is TLS_FAILED")),
  },
  {
    id: "B74",
    says: "the least configuration is secure: verified, by name, TLS 1.2 or later",
    proof: by(
      tls,
      server("that is too old is TLS_FAILED"),
      server("is verified whatever the environment says"),
    ),
  },
  {
    id: "B75",
    says: "verify: false switches both checks off",
    proof: by(tls, "checks that are switched off > verify: connects to anybody, and says so aloud"),
  },
  {
    id: "B76",
    says: "check_hostname: false still requires a certificate that is vouched for",
    proof: by(
      tls,
      "checks that are switched off > check_hostname: takes any name that is vouched for, and says so aloud",
    ),
  },
  {
    id: "B77",
    says: "a client's certificate with its key beside it, in it, or encrypted",
    proof: by(
      tls,
      "files > with certificate and key in one, or with a key under a password, are used",
    ),
  },
  {
    id: "B78",
    says: "files that cannot be used are an error with the plugin's name",
    proof: by(tls, "files > with * refused, and the field is named"),
  },
  {
    id: "B79",
    says: "configurations for production, for development, and in between",
    proof: by(
      tls,
      client("gets it on every connection, to the end of the session"),
      "checks that are switched off > *",
    ),
  },
  {
    id: "B80",
    says: "an empty plugin name, and one with any characters, works",
    differs: "a blank name is refused: no server could be asked for it",
    proof: [
      ...by("models/encode", "what is sent > holds names that need escaping"),
      ...by("models/parse-plugin-config", "what is wrong with a configuration > a blank name"),
    ],
  },
];
