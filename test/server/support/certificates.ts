import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const { OPENSSL: openssl = "openssl" } = process.env;

export interface Certificate {
  readonly certfile: string;
  readonly keyfile: string;
}

/** Makes certificates for one test run in a folder. Elliptic keys, because making those takes no time. */
export class CertificateMaker {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  authority(name: string): Certificate {
    const files = this.#files(name);
    this.#openssl(
      "req",
      "-x509",
      ...this.#keyFor(files),
      "-subj",
      `/CN=${name}`,
      "-out",
      files.certfile,
    );
    return files;
  }

  /** A certificate signed by an authority, by default for localhost, and for two days. */
  signed(
    name: string,
    by: Certificate,
    { names = "DNS:localhost,IP:127.0.0.1", days = 2 }: { names?: string; days?: number } = {},
  ): Certificate {
    const files = this.#files(name);
    const request = path.join(this.#folder, `${name}.csr`);
    const extensions = path.join(this.#folder, `${name}.ext`);
    writeFileSync(extensions, `subjectAltName=${names}\n`);
    this.#openssl("req", ...this.#keyFor(files), "-subj", `/CN=${name}`, "-out", request);
    this.#openssl(
      ...["x509", "-req", "-in", request, "-CA", by.certfile, "-CAkey", by.keyfile],
      ...["-CAcreateserial", "-days", String(days), "-extfile", extensions, "-out", files.certfile],
    );
    return files;
  }

  /** One that is not valid before tomorrow. */
  early(name: string, by: Certificate): Certificate {
    const files = this.#files(name);
    const request = path.join(this.#folder, `${name}.csr`);
    const settings = path.join(this.#folder, `${name}.cnf`);
    const database = path.join(this.#folder, `${name}.db`);
    writeFileSync(database, "");
    writeFileSync(
      settings,
      `[ca]
default_ca = own
[own]
database = ${database}
new_certs_dir = ${this.#folder}
default_md = sha256
rand_serial = yes
policy = names
x509_extensions = more
[names]
commonName = supplied
[more]
subjectAltName = DNS:localhost,IP:127.0.0.1
`,
    );
    this.#openssl("req", ...this.#keyFor(files), "-subj", `/CN=${name}`, "-out", request);
    this.#openssl(
      ...["ca", "-batch", "-notext", "-config", settings, "-in", request],
      ...["-cert", by.certfile, "-keyfile", by.keyfile, "-out", files.certfile],
      ...["-startdate", inDays(1), "-enddate", inDays(2)],
    );
    return files;
  }

  /** The same key, encrypted. */
  encrypted({ keyfile }: Certificate, password: string): string {
    const out = `${keyfile}.encrypted`;
    this.#openssl("pkcs8", "-topk8", "-in", keyfile, "-out", out, "-passout", `pass:${password}`);
    return out;
  }

  /** Certificate and key in one file. */
  combined({ certfile, keyfile }: Certificate): string {
    const out = `${certfile}.combined`;
    writeFileSync(out, readFileSync(certfile, "utf8") + readFileSync(keyfile, "utf8"));
    return out;
  }

  #files(name: string): Certificate {
    return {
      certfile: path.join(this.#folder, `${name}.crt`),
      keyfile: path.join(this.#folder, `${name}.key`),
    };
  }

  #keyFor({ keyfile }: Certificate): string[] {
    return [
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-keyout",
      keyfile,
    ];
  }

  #openssl(...args: string[]): void {
    execFileSync(openssl, args, { stdio: "pipe" });
  }
}

/** A time as certificates have it. */
function inDays(days: number): string {
  const time = new Date(Date.now() + days * 86_400_000).toISOString();
  return `${time.replace(/[-T:]|\..*/g, "")}Z`;
}
