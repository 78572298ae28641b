import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { diagrams } from "../../visualizations/diagrams.ts";
import { boldWidths, regularWidths } from "../../visualizations/layout/text-width.ts";
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
/** The second has nothing of Helvetica's widths: it stands for a machine without any font that has. */
const fonts = ["Liberation Sans", "DejaVu Sans"] as const;
const schemes = ["light", "dark"] as const;
const cases = pictures.flatMap((file) =>
  fonts.flatMap((font) => schemes.map((scheme) => ({ file, font, scheme }))),
);

let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
});

afterAll(() => browser?.close());

interface Look {
  readonly file: string;
  readonly font: (typeof fonts)[number];
  readonly scheme: (typeof schemes)[number];
}

async function measure({ file, font, scheme }: Look): Promise<Picture> {
  const page = await browser.newPage({ colorScheme: scheme });
  try {
    await page.goto(pathToFileURL(path.join(projectRoot, "visualizations", file)).href);
    await page.evaluate((family) => {
      document.documentElement.style.fontFamily = `"${family}"`;
    }, font);
    return await page.evaluate(measurePicture);
  } finally {
    await page.close();
  }
}

describe.each(cases)("$file, $scheme, in $font", (look) => {
  let picture: Picture;

  beforeAll(async () => {
    picture = await measure(look);
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

describe("the widths of letters that the layout takes for granted", () => {
  const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));

  test.each([
    { weight: 400, widths: regularWidths },
    { weight: 700, widths: boldWidths },
  ])("are those of a font like Helvetica, with weight $weight", async ({ weight, widths }) => {
    const page = await browser.newPage();
    const measured = await page.evaluate(
      ({ letters, font }) => {
        const canvas = document.createElement("canvas").getContext("2d");
        if (canvas === null) throw new Error("The browser has no canvas");
        canvas.font = font;
        return letters.map((letter) => Math.round(canvas.measureText(letter).width));
      },
      { letters: printable, font: `${weight} 1000px "Liberation Sans"` },
    );
    await page.close();
    const different = printable.filter((_, index) => {
      const width = widths[index] ?? 0;
      return Math.abs(width - (measured[index] ?? 0)) > 1;
    });
    expect(different).toEqual([]);
  });
});

describe("the faults of a picture", () => {
  test("are found where there are some", async () => {
    const { texts, lines, boxes } = await measure({
      file: "plugin-connection.svg",
      font: "Liberation Sans",
      scheme: "light",
    });
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
