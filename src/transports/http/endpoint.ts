import type { HttpMcp } from "./http-spec.ts";

/** Where a server is: the only origin that anything is sent to. */
export class Endpoint {
  readonly url: URL;
  readonly uds: string | undefined;

  constructor({ url, uds }: HttpMcp) {
    this.url = new URL(url);
    this.uds = uds;
  }

  get isSecure(): boolean {
    return this.url.protocol === "https:";
  }

  /** Host name or address, without the brackets that a URL has around some */
  get host(): string {
    return this.url.hostname.replace(/^\[(.*)\]$/, "$1");
  }

  get port(): number {
    return Number(this.url.port || (this.isSecure ? 443 : 80));
  }

  /** What a request line says */
  get path(): string {
    return pathOf(this.url);
  }

  /** For messages: without the query, which may hold secrets */
  get label(): string {
    const { origin, pathname } = this.url;
    return `${origin}${pathname}${this.uds === undefined ? "" : ` (uds=${this.uds})`}`;
  }

  /** The path that a redirect from one of ours leads to; undefined if it leads to another origin, or nowhere. */
  redirectedPath(from: string, location: string | undefined): string | undefined {
    const base = new URL(from, this.url);
    if (location === undefined || !URL.canParse(location, base.href)) return undefined;
    const target = new URL(location, base);
    const isOurs = target.origin === this.url.origin && target.username + target.password === "";
    return isOurs ? pathOf(target) : undefined;
  }
}

function pathOf(url: URL): string {
  return `${url.pathname}${url.search}`;
}
