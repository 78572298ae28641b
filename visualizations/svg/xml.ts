type Value = string | number;

/** An element as text. Children are markup already. */
export function element(
  name: string,
  attributes: Readonly<Record<string, Value | undefined>>,
  ...children: readonly string[]
): string {
  const pairs = Object.entries(attributes)
    .filter(([, value]) => value !== undefined && value !== "")
    .map(
      ([key, value]) =>
        ` ${key}="${escapeXml(typeof value === "number" ? rounded(value) : `${value}`)}"`,
    );
  const start = `<${name}${pairs.join("")}`;
  return children.length === 0 ? `${start}/>` : `${start}>${children.join("")}</${name}>`;
}

/** A text that takes just the width for which it was laid out, whatever font there is. */
export function textElement(
  width: number,
  attributes: Readonly<Record<string, Value | undefined>>,
  ...children: readonly string[]
): string {
  const fit = { textLength: width, lengthAdjust: "spacingAndGlyphs" };
  return element("text", { ...attributes, ...fit }, ...children);
}

export function escapeXml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** To a tenth of a pixel, so that the last bits of a sum are in no file. */
export function rounded(value: number): string {
  return String(Math.round(value * 10) / 10);
}
