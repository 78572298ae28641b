/** What a browser really draws, in px. */
export interface Picture {
  readonly texts: readonly DrawnText[];
  readonly boxes: readonly DrawnBox[];
  readonly lines: readonly DrawnLine[];
}

export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface DrawnText {
  readonly text: string;
  /** Of what it belongs to: a state, a frame, or a line */
  readonly owner: string;
  readonly area: Rectangle;
  /** Of its parts, as `rgb(…)` */
  readonly colors: readonly string[];
  /** Of the nearest area behind it */
  readonly background: string;
}

export interface DrawnBox {
  readonly id: string;
  readonly area: Rectangle;
  /** Whether other boxes are within it */
  readonly isContainer: boolean;
}

export interface DrawnLine {
  readonly id: string;
  /** Every few px of the way */
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** Runs in the page. */
export function measurePicture(): Picture {
  const step = 3;
  const areaOf = (element: Element): Rectangle => {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    return { left, top, right, bottom };
  };
  const idOf = (element: Element): string =>
    element.getAttribute("data-state") ??
    element.getAttribute("data-node") ??
    element.getAttribute("data-label") ??
    "";
  const holds = (outer: Rectangle, inner: Rectangle): boolean =>
    outer.left <= inner.left &&
    outer.top <= inner.top &&
    outer.right >= inner.right &&
    outer.bottom >= inner.bottom;
  const rects = [...document.querySelectorAll("rect")].map((rect) => ({
    area: areaOf(rect),
    fill: getComputedStyle(rect).fill,
  }));
  const texts = [...document.querySelectorAll("text")].map((text) => {
    const area = areaOf(text);
    const parts = [...text.querySelectorAll("tspan")];
    const behind = rects.filter(({ area: outer, fill }) => fill !== "none" && holds(outer, area));
    return {
      text: text.textContent ?? "",
      owner: idOf(text.closest("[data-state],[data-node],[data-label]") ?? text),
      area,
      colors: (parts.length > 0 ? parts : [text]).map((part) => getComputedStyle(part).fill),
      background: behind.at(-1)?.fill ?? "",
    };
  });
  const nodes = [...document.querySelectorAll(".state,.frame[data-node],.choice[data-node]")];
  const boxes = nodes.map((node) => {
    const own = node.querySelector("rect,path") ?? node;
    const isContainer = node.classList.contains("frame") || node.classList.contains("compound");
    return { id: idOf(node), area: areaOf(own), isContainer };
  });
  const lines = [...document.querySelectorAll<SVGPathElement>(".edge > .trace")].map((path) => ({
    id: path.parentElement?.getAttribute("data-edge") ?? "",
    points: Array.from({ length: Math.ceil(path.getTotalLength() / step) }, (_, index) => {
      const { x, y } = path.getPointAtLength(index * step);
      return { x, y };
    }),
  }));
  return { texts, boxes, lines };
}
