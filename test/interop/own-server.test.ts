import { describe } from "vitest";
import { ownAnswer } from "../server/support/own-answers.ts";
import { testRecordings } from "./support/bare-tests.ts";
import { testCalls } from "./support/call-tests.ts";
import { Clients } from "./support/clients.ts";
import { testDeaths, testRestarts } from "./support/loss-tests.ts";
import { ownOverHttp, ownOverSocket, ownOverStdio, ownOverTls } from "./support/own-sites.ts";
import { testRecordedCalls } from "./support/recorded-client-tests.ts";
import type { HttpSite, Site } from "./support/site.ts";
import { useSite } from "./support/sites.ts";

const httpWays: Record<string, (folder: string) => Promise<HttpSite>> = {
  HTTP: () => ownOverHttp(),
  "HTTP, answers as JSON": () => ownOverHttp({ jsonResponse: true }),
  "HTTP on a Unix socket": (folder) => ownOverSocket(folder),
  TLS: (folder) => ownOverTls(folder),
  "mutual TLS": (folder) => ownOverTls(folder, { mutual: true }),
};
const ways: Record<string, (folder: string) => Site | Promise<Site>> = {
  stdio: () => ownOverStdio(),
  ...httpWays,
  "HTTP without sessions": () => ownOverHttp({ stateless: true }),
};

describe.each(Object.entries(ways))("our server over %s", (_, open) => {
  const { site, folder } = useSite(open);

  describe("answers every recorded request as recorded, but for what is meant to differ", () => {
    testRecordings(site, ownAnswer);
  });

  describe("our client", () => {
    const clients = new Clients(site);

    describe("has from every recorded call what is recorded, but for what is meant to differ", () => {
      testRecordedCalls(clients, ownAnswer);
    });

    describe("calls", () => {
      testCalls(clients, folder);
    });
  });
});

describe.each(Object.entries(httpWays))("our client loses our server over %s", (_, open) => {
  const { site, folder } = useSite(open);
  testRestarts(new Clients(site), site, folder);
});

describe("our client loses our server over stdio", () => {
  const { site, folder } = useSite(() => ownOverStdio());
  testDeaths(new Clients(site), folder);
});
