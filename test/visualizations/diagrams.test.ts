import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { createMachine } from "xstate";
import { pluginConnectionMachine } from "../../machines/index.ts";
import { diagrams, documents } from "../../visualizations/diagrams.ts";
import { projectRoot } from "../support/project.ts";
import { type Defined, definedIn, entriesOf, pathsOf } from "./support/defined.ts";
import { readMermaid } from "./support/read-mermaid.ts";
import { readSvg } from "./support/svg-marks.ts";

const files = diagrams();
const defined = definedIn(pluginConnectionMachine);
const checkedIn = (file: string): string =>
  readFileSync(path.join(projectRoot, "visualizations", file), "utf8");

describe("every diagram", () => {
  test.each([...files.keys()])("%s is as the machine is (else: npm run diagrams)", (file) => {
    expect(files.get(file)).toBe(checkedIn(file));
  });

  test.each([...documents()])(
    "in %s is as the machine is (else: npm run diagrams)",
    (file, redraw) => {
      const document = readFileSync(path.join(projectRoot, file), "utf8");
      expect(redraw(document)).toBe(document);
    },
  );

  test("is the same again", () => {
    expect([...diagrams()]).toEqual([...files]);
  });
});

const frames: Readonly<Record<string, readonly string[]>> = {
  opening: ["spawning", "connecting", "initializing", "fetchingConfig"],
  closed: ["idle", "reconnecting", "coolingDown", "dormant"],
  choice: ["spawning", "connecting"],
  heading: [""],
};
const belongs = (node: string, source: string): boolean =>
  node === source || (frames[node] ?? []).includes(source);

describe("plugin-connection.svg", () => {
  const { states, lines, notes } = readSvg(checkedIn("plugin-connection.svg"));
  const keys = defined.map(({ key }) => key).sort();

  test("draws every state once", () => {
    expect([...states].sort()).toEqual([...pathsOf(pluginConnectionMachine)].sort());
  });

  test("says every transition, and invents none", () => {
    const said = notes.flatMap((note) => note.keys);
    expect([...new Set(said)].sort()).toEqual(keys);
  });

  test.each(defined)("says of $key what the definition does", (transition) => {
    const own = notes.filter((note) => note.keys.includes(transition.key));
    const text = own.map((note) => note.text).join(" ");
    expect(text).toContain(transition.event.replace("after ", ""));
    for (const guard of transition.guards) expect(text).toMatch(bracketed(guard));
    if (transition.isLater && transition.guards.length === 0) expect(text).toContain("[else]");
    for (const action of transition.actions) expect(text).toMatch(new RegExp(`\\b${action}\\b`));
    const named =
      text
        .replaceAll(/\[[^\]]*\]/g, "")
        .split(" / ")[1]
        ?.split(", ") ?? [];
    expect(named.map((name) => name.trim()).sort()).toEqual([...transition.actions].sort());
  });

  test.each(defined.filter(({ target }) => target !== null))(
    "draws $key from its source to $target",
    ({ key, source, target }) => {
      const own = lines.filter((line) => line.keys.includes(key));
      const [first, second] = own;
      expect(belongs(first?.from ?? "", source)).toBe(true);
      expect(own).toHaveLength(first?.to === "choice" ? 2 : 1);
      expect(first?.to === "choice" ? [second?.from, second?.to] : ["choice", first?.to]).toEqual([
        "choice",
        target,
      ]);
    },
  );

  test.each(defined.filter(({ target }) => target === null))(
    "lists $key in its state",
    ({ key, source }) => {
      expect(lines.filter((line) => line.keys.includes(key))).toEqual([]);
      const owners = notes.filter((note) => note.keys.includes(key)).map(({ owner }) => owner);
      expect(owners.map((owner) => belongs(owner, source))).toEqual([true]);
    },
  );

  test.each(entriesOf(pluginConnectionMachine))(
    "says what runs on entering $path",
    ({ path: id, names }) => {
      const own = notes.filter(({ owner, text }) => owner === id && text.startsWith("entry / "));
      expect(own.map(({ text }) => text)).toEqual([`entry / ${names.join(", ")}`]);
    },
  );

  test("names the actor that is invoked, and shows where the one that is spawned lives", () => {
    const heading = notes.filter(({ owner }) => owner === "heading").map(({ text }) => text);
    expect(heading).toContain("invoke / keeper");
    const living = [...checkedIn("plugin-connection.svg").matchAll(/class="actor".*?>session</g)];
    expect(living).toHaveLength(9);
  });

  test("explains every delay", () => {
    const delays = Object.keys(pluginConnectionMachine.implementations.delays);
    expect(delays.length).toBeGreaterThan(5);
    for (const delay of delays)
      expect(checkedIn("plugin-connection.svg")).toContain(`>${delay}</text>`);
  });

  test("tells failures from the rest by more than colour", () => {
    const failing = lines.filter(({ keys: own }) =>
      own.some((key) => key.includes("session.lost")),
    );
    expect(failing.map(({ tone }) => tone)).toEqual(failing.map(() => "failure"));
    expect(checkedIn("plugin-connection.svg")).toMatch(/\.failure>\.line\{stroke-dasharray:/);
  });
});

describe("overview.svg", () => {
  const { states, lines } = readSvg(checkedIn("overview.svg"));
  const byKey = new Map(defined.map((transition) => [transition.key, transition]));
  const drawn = lines.filter(({ from }) => !from.endsWith("initial"));

  test("draws every state once", () => {
    expect([...states].sort()).toEqual([...pathsOf(pluginConnectionMachine)].sort());
  });

  test.each(drawn)("draws from $from to $to what the machine does", ({ from, to, keys: own }) => {
    const meant = own.map((key) => byKey.get(key));
    expect(meant.length).toBeGreaterThan(0);
    for (const transition of meant) {
      expect(isWithin(from, from === "choice" ? transition?.target : transition?.source)).toBe(
        true,
      );
      expect(isWithin(to, transition?.target)).toBe(true);
    }
  });

  test("is in the README, in Mermaid", () => {
    const readme = readFileSync(path.join(projectRoot, "README.md"), "utf8");
    const [, block = ""] = /```mermaid\n([^`]+)```/.exec(readme) ?? [];
    const arrows = [...block.matchAll(/^ +(\w+) --> (\w+): /gm)].map(
      ([, from, to]) => `${from} ${to}`,
    );
    const leaf = (id: string): string => id.split(".").at(-1) ?? id;
    const expected = drawn.map(
      ({ from, to }) => `${leaf(from)} ${to === "choice" ? "opening" : leaf(to)}`,
    );
    expect(arrows.sort()).toEqual(expected.sort());
  });

  const isWithin = (node: string, path: string | null | undefined): boolean =>
    belongs(node, path ?? "") || (path ?? "").startsWith(`${node}.`);
});

const bracketed = (guard: string): RegExp => new RegExp(`\\[[^\\]]*\\b${guard}\\b[^\\]]*\\]`);

describe("plugin-connection.mmd", () => {
  const { arrows, inside } = readMermaid(checkedIn("plugin-connection.mmd"));
  const leaf = (state: string): string => state.split(".").at(-1) ?? "";
  const opens = ({ target }: Defined): boolean => target === "spawning" || target === "connecting";

  test("says every transition between states, and invents none", () => {
    const moving = defined.filter(({ target }) => target !== null);
    const expected = moving.map((transition) => {
      const target = opens(transition) ? "choice" : leaf(transition.target ?? "");
      return `${leaf(transition.source)} → ${target}: ${sentence(transition)}`;
    });
    const branches = ["choice → spawning: [isStdio]", "choice → connecting: [else]"];
    expect([...arrows].sort()).toEqual([...new Set([...expected, ...branches])].sort());
  });

  test("says every transition that stays in its state, and invents none", () => {
    const staying = defined.filter(({ target }) => target === null);
    const expected = staying.map(
      (transition) => `${leaf(transition.source) || "every"}: ${sentence(transition)}`,
    );
    expect([...inside].sort()).toEqual(expected.sort());
  });

  /** The two that part ways at the choice point say the same before it. */
  function sentence(transition: Defined): string {
    const guards = transition.guards.filter((guard) => !opens(transition) || guard !== "isStdio");
    const isElse = transition.isLater && guards.length === 0 && !opens(transition);
    const again = transition.target === null && anew.has(transition.key) ? " anew" : "";
    const condition = isElse ? " [else]" : guards.length > 0 ? ` [${guards.join(" and ")}]` : "";
    const actions = transition.actions.length > 0 ? ` / ${transition.actions.join(", ")}` : "";
    return `${transition.event}${again}${condition}${actions}`;
  }
});

/** They leave their state and enter it again. */
const anew = new Set(["ready.draining/session.lost/1", "ready.draining/plugin.stop/1"]);

describe("plugin-connection.json", () => {
  const imported = createMachine(JSON.parse(checkedIn("plugin-connection.json")));

  test("is a machine with the same states and transitions", () => {
    const joined = defined.map((transition) => ({
      ...transition,
      guards: transition.guards.length > 0 ? [transition.guards.join(" and ")] : [],
    }));
    expect(definedIn(imported)).toEqual(joined);
    expect(pathsOf(imported)).toEqual(pathsOf(pluginConnectionMachine));
  });

  test("keeps what is entered first, and what is invoked", () => {
    expect(imported.config).toMatchObject({
      id: "pluginConnection",
      initial: "idle",
      invoke: { id: "keeper", src: "keeper" },
      states: { ready: { initial: "waiting" }, terminated: { type: "final" } },
    });
  });
});
