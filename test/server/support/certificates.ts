import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { bits, integer, octets, oid, sequence, set, tagged, text, time, yes } from "./der.ts";

export interface Certificate {
  readonly certfile: string;
  readonly keyfile: string;
}

/** What a certificate says, and who says so. */
interface Claims {
  readonly name: string;
  /** Missing: by itself */
  readonly by?: Certificate;
  /** Days from now, until which and from which it is valid */
  readonly until: number;
  readonly from?: number;
  /** As OpenSSL writes them: `DNS:localhost,IP:127.0.0.1`. Missing: it is an authority */
  readonly names?: string;
}

const localhost = "DNS:localhost,IP:127.0.0.1";

/** Makes certificates for one test run in a folder. Elliptic keys, because making those takes no time. */
export class CertificateMaker {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  authority(name: string): Certificate {
    return this.#make({ name, until: 2 });
  }

  /** A certificate signed by an authority, by default for localhost, and for two days. */
  signed(
    name: string,
    by: Certificate,
    { names = localhost, days = 2 }: { names?: string; days?: number } = {},
  ): Certificate {
    return this.#make({ name, by, names, until: days });
  }

  /** One that is not valid before tomorrow. */
  early(name: string, by: Certificate): Certificate {
    return this.#make({ name, by, names: localhost, from: 1, until: 2 });
  }

  /** The same key, encrypted. */
  encrypted({ keyfile }: Certificate, password: string): string {
    const out = `${keyfile}.encrypted`;
    const key = createPrivateKey(readFileSync(keyfile));
    writeFileSync(out, pemOf(key, password));
    return out;
  }

  /** Certificate and key in one file. */
  combined({ certfile, keyfile }: Certificate): string {
    const out = `${certfile}.combined`;
    writeFileSync(out, readFileSync(certfile, "utf8") + readFileSync(keyfile, "utf8"));
    return out;
  }

  #make(claims: Claims): Certificate {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    const certfile = path.join(this.#folder, `${claims.name}.crt`);
    const keyfile = path.join(this.#folder, `${claims.name}.key`);
    const signer = claims.by ? createPrivateKey(readFileSync(claims.by.keyfile)) : privateKey;
    const content = contentOf(claims, privateKey, signer);
    const certificate = sequence(content, algorithm, bits(sign("sha256", content, signer)));
    writeFileSync(certfile, new X509Certificate(certificate).toString());
    writeFileSync(keyfile, pemOf(privateKey));
    return { certfile, keyfile };
  }
}

function pemOf(key: KeyObject, passphrase?: string): string | Buffer {
  const encryption = passphrase === undefined ? {} : { cipher: "aes-256-cbc", passphrase };
  return key.export({ type: "pkcs8", format: "pem", ...encryption });
}

const algorithm = sequence(oid("1.2.840.10045.4.3.2"));

/** The part of a certificate that is signed (RFC 5280, section 4.1). */
function contentOf({ name, by, until, from, names }: Claims, key: KeyObject, signer: KeyObject) {
  const serial = Buffer.concat([Buffer.from([0x01]), randomBytes(8)]);
  const issuer = by ? path.basename(by.certfile, ".crt") : name;
  const publicKey = publicPart(key);
  return sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(serial),
    algorithm,
    nameOf(issuer),
    sequence(time(inDays(from ?? Math.min(0, until) - 1)), time(inDays(until))),
    nameOf(name),
    publicKey,
    tagged(
      0xa3,
      sequence(
        ...(names === undefined ? ofAuthority : [ofNames(names)]),
        extension("2.5.29.14", octets(digestOf(publicKey))),
        extension("2.5.29.35", sequence(tagged(0x80, digestOf(publicPart(signer))))),
      ),
    ),
  );
}

const publicPart = (key: KeyObject): Buffer =>
  createPublicKey(key).export({ type: "spki", format: "der" });

const digestOf = (bytes: Buffer): Buffer => createHash("sha1").update(bytes).digest();

const nameOf = (name: string): Buffer => sequence(set(sequence(oid("2.5.4.3"), text(name))));

const extension = (id: string, value: Buffer, ...critical: readonly Buffer[]): Buffer =>
  sequence(oid(id), ...critical, octets(value));

/** It may sign certificates, and says so. */
const ofAuthority = [
  extension("2.5.29.19", sequence(yes), yes),
  extension("2.5.29.15", bits(Buffer.from([0x06]), 1), yes),
];

function ofNames(names: string): Buffer {
  const entries = names.split(",").map((entry) => {
    const [kind, value = ""] = entry.split(":");
    return kind === "IP"
      ? tagged(0x87, Buffer.from(value.split(".").map(Number)))
      : tagged(0x82, Buffer.from(value));
  });
  return extension("2.5.29.17", sequence(...entries));
}

function inDays(days: number): Date {
  return new Date(Date.now() + days * 86_400_000);
}
