import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { diagrams } from "../../visualizations/diagrams.ts";
import { projectRoot } from "../support/project.ts";
import { launchChromium } from "./support/chromium.ts";
import { measurePicture, type Picture } from "./support/measure-picture.ts";
import {
  brokenBorders,
  crossedBoxes,
  crossedTexts,
  faintTexts,
  overlappingTexts,
} from "./support/picture-faults.ts";

const pictures = [...diagrams().keys()].filter((file) => file.endsWith(".svg"));
const schemes = ["light", "dark"] as const;
const cases = pictures.flatMap((file) => schemes.map((scheme) => ({ file, scheme })));

let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
});

afterAll(() => browser?.close());

async function measure(file: string, scheme: "light" | "dark"): Promise<Picture> {
  const page = await browser.newPage({ colorScheme: scheme });
  try {
    await page.goto(pathToFileURL(path.join(projectRoot, "visualizations", file)).href);
    return await page.evaluate(measurePicture);
  } finally {
    await page.close();
  }
}

describe.each(cases)("$file, $scheme", ({ file, scheme }) => {
  let picture: Picture;

  beforeAll(async () => {
    picture = await measure(file, scheme);
  });

  test("has texts, boxes and lines", () => {
    expect(picture.texts.length).toBeGreaterThan(30);
    expect(picture.boxes.length).toBeGreaterThan(14);
    expect(picture.lines.length).toBeGreaterThan(15);
  });

  test("lays no text on another", () => {
    expect(overlappingTexts(picture)).toEqual([]);
  });

  test("runs no line through a text", () => {
    expect(crossedTexts(picture)).toEqual([]);
  });

  test("runs no line through a state", () => {
    expect(crossedBoxes(picture)).toEqual([]);
  });

  test("breaks no border with a text", () => {
    expect(brokenBorders(picture)).toEqual([]);
  });

  test("can be read on its ground", () => {
    expect(faintTexts(picture)).toEqual([]);
  });
});

describe("the faults of a picture", () => {
  test("are found where there are some", async () => {
    const { texts, lines, boxes } = await measure("plugin-connection.svg", "light");
    const [first, second] = texts;
    const [line] = lines;
    const point = line?.points[9] ?? { x: 0, y: 0 };
    if (first === undefined || second === undefined) throw new Error("The picture has no texts");
    const around = { left: point.x - 9, right: point.x + 9, top: point.y - 9, bottom: point.y + 9 };
    const spoilt = {
      boxes,
      lines,
      texts: [
        ...texts,
        { ...first, area: second.area },
        { ...first, area: around, colors: [first.background] },
      ],
    };
    expect(overlappingTexts(spoilt)).toContainEqual(expect.stringMatching(/^'[^']+' \(\S+\) on '/));
    expect(crossedTexts(spoilt)[0]).toMatch(/^\S+ through /);
    expect(faintTexts(spoilt)).toHaveLength(1);
  });
});
