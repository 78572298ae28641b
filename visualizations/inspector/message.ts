import { byId, element } from "./dom.ts";

/** A short message that goes by itself, and is read out. */
export function announcer(): (text: string) => void {
  const place = byId("message", HTMLElement);
  let timer = 0;
  return (text) => {
    place.replaceChildren(element("span", {}, text));
    place.hidden = false;
    clearTimeout(timer);
    timer = setTimeout(() => {
      place.hidden = true;
    }, 6_000);
  };
}
