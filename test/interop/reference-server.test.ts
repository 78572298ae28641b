import { describe } from "vitest";
import { testRecordings } from "./support/bare-tests.ts";
import { testCalls } from "./support/call-tests.ts";
import { Clients } from "./support/clients.ts";
import { testDeaths, testRestarts } from "./support/loss-tests.ts";
import { asRecorded } from "./support/recorded.ts";
import { testRecordedCalls } from "./support/recorded-client-tests.ts";
import {
  referenceOverHttp,
  referenceOverSocket,
  referenceOverStdio,
} from "./support/reference-sites.ts";
import type { HttpSite, Site } from "./support/site.ts";
import { useSite } from "./support/sites.ts";

const httpWays: Record<string, (folder: string) => Promise<HttpSite>> = {
  HTTP: () => referenceOverHttp(),
  "HTTP on a Unix socket": (folder) => referenceOverSocket(folder),
};
const ways: Record<string, (folder: string) => Site | Promise<Site>> = {
  stdio: () => referenceOverStdio(),
  ...httpWays,
};

describe.each(Object.entries(ways))("the reference's server over %s", (_, open) => {
  const { site, folder } = useSite(open);

  describe("answers every recorded request as recorded", () => {
    testRecordings(site, asRecorded);
  });

  describe("our client", () => {
    const clients = new Clients(site);

    describe("has from every recorded call what is recorded", () => {
      testRecordedCalls(clients, asRecorded);
    });

    describe("calls", () => {
      testCalls(clients, folder);
    });
  });
});

describe.each(Object.entries(httpWays))(
  "our client loses the reference's server over %s",
  (_, open) => {
    const { site, folder } = useSite(open);
    testRestarts(new Clients(site), site, folder);
  },
);

describe("our client loses the reference's server over stdio", () => {
  const { site, folder } = useSite(() => referenceOverStdio());
  testDeaths(new Clients(site), folder);
});
