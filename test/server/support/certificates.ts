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
