import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** Why a request is refused. The words go to whoever asked, and say nothing that they do not know. */
export interface Denial {
  readonly status: 401 | 403;
  readonly message: string;
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/**
 * Who may ask. The page itself holds nothing and is given to anyone on this machine; all that it shows needs the token, which
 * no other origin can send: a foreign page fails at the `Origin`, one that has made a name of its own point to this address
 * fails at the `Host`, and a program without the token fails at that.
 */
export class Access {
  readonly token: string = randomBytes(32).toString("base64url");
  readonly #digest = digest(this.token);
  readonly #hosts: readonly string[];

  constructor(port: number) {
    this.#hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  }

  /** For every request. */
  denyStranger({ headers }: IncomingMessage): Denial | undefined {
    const { host, origin } = headers;
    if (host === undefined || !this.#hosts.includes(host.toLowerCase()))
      return { status: 403, message: "This host name is not served here" };
    if (origin !== undefined && origin !== `http://${host}`)
      return { status: 403, message: "This origin may not ask" };
    return undefined;
  }

  /** For everything that shows or does something. */
  denyUnknown(request: IncomingMessage): Denial | undefined {
    const { headers } = request;
    const site = headers["sec-fetch-site"];
    if (site !== undefined && site !== "same-origin")
      return { status: 403, message: "Only the inspector's own page may ask" };
    // What changes something is always sent with an Origin by a browser; to be without one proves nothing.
    if (request.method === "POST" && headers.origin === undefined)
      return { status: 403, message: "An Origin is needed" };
    const [, given = ""] = /^Bearer ([\w-]{1,128})$/.exec(headers.authorization ?? "") ?? [];
    if (!timingSafeEqual(digest(given), this.#digest))
      return { status: 401, message: "The token is missing or wrong" };
    return undefined;
  }
}
