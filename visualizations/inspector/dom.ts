type Child = Node | string | null;

/** Attributes by name; a `false` or `null` leaves one out. */
type Attributes = Readonly<Record<string, string | number | boolean | null>>;

/** An element of the page. Texts become text nodes: nothing that is shown is ever read as markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  setAttributes(made, attributes);
  made.append(...children.filter((child) => child !== null));
  return made;
}

export function svgElement<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  setAttributes(made, attributes);
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** Only what differs is written: most of a page that is drawn ten times a second stays as it is. */
export function setAttributes(of: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === false) of.removeAttribute(name);
    else if (of.getAttribute(name) !== String(value)) of.setAttribute(name, String(value));
  }
}

export function setText(of: Element, text: string): void {
  if (of.textContent !== text) of.textContent = text;
}

export function byId<T extends Element>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (found instanceof type) return found;
  throw new Error(`The page has no ${type.name} #${id}`);
}

/** Makes as many elements as there are items, keeps those that there are, and lets `show` bring each up to date. */
export class Pool<E extends Element, T> {
  readonly #parent: Element;
  readonly #make: () => E;
  readonly #show: (element: E, item: T) => void;
  readonly #elements: E[] = [];

  constructor(parent: Element, make: () => E, show: (element: E, item: T) => void) {
    this.#parent = parent;
    this.#make = make;
    this.#show = show;
  }

  show(items: readonly T[]): void {
    while (this.#elements.length > items.length) this.#elements.pop()?.remove();
    while (this.#elements.length < items.length) {
      const made = this.#make();
      this.#elements.push(made);
      this.#parent.append(made);
    }
    for (const [index, item] of items.entries()) {
      const shown = this.#elements[index];
      if (shown) this.#show(shown, item);
    }
  }
}

/** The size of an element, kept up to date: to read it from the page would make the browser lay it out in the middle. */
export class Size {
  width = 0;
  height = 0;

  constructor(of: Element) {
    new ResizeObserver(([entry]) => {
      if (entry === undefined) return;
      this.width = entry.contentRect.width;
      this.height = entry.contentRect.height;
    }).observe(of);
  }
}
