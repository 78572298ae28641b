import { describe } from "vitest";
import { testRecordings } from "./support/bare-tests.ts";
import { testCalls } from "./support/call-tests.ts";
import { Clients } from "./support/clients.ts";
import { asRecorded } from "./support/recorded.ts";
import { testRecordedCalls } from "./support/recorded-client-tests.ts";
import {
  referenceOverHttp,
  referenceOverSocket,
  referenceOverStdio,
} from "./support/reference-sites.ts";
import type { Site } from "./support/site.ts";
import { useSite } from "./support/sites.ts";

const ways: Record<string, (folder: string) => Site | Promise<Site>> = {
  stdio: () => referenceOverStdio(),
  HTTP: () => referenceOverHttp(),
  "HTTP on a Unix socket": (folder) => referenceOverSocket(folder),
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
