import { takeToken } from "./access-token.ts";
import { App } from "./app.ts";
import { byId } from "./dom.ts";

const token = takeToken();
if (token === null) {
  byId("refused", HTMLElement).hidden = false;
  byId("app", HTMLElement).hidden = true;
} else {
  await new App(token).run();
}
