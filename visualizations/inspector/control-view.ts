import type { ConnectionModel } from "../../src/inspector/trace/model.ts";
import { byId } from "./dom.ts";
import { shownName } from "./format.ts";
import type { Frame, View } from "./frame.ts";

type Command = "start" | "stop" | "reconnect";
type Give = (connection: number, command: Command) => Promise<string | null>;

/** Start, reconnect and stop for the selected connection, where the host allows it. */
export class ControlView implements View {
  readonly #bar = byId("control", HTMLElement);
  readonly #buttons: Readonly<Record<Command, HTMLButtonElement>> = {
    start: byId("control-start", HTMLButtonElement),
    reconnect: byId("control-reconnect", HTMLButtonElement),
    stop: byId("control-stop", HTMLButtonElement),
  };
  readonly #question = byId("stop-question", HTMLDialogElement);
  readonly #give: Give;
  readonly #say: (text: string) => void;
  /** Whether the host lets the page do anything */
  isAllowed = false;
  #selected: ConnectionModel | undefined;

  constructor(give: Give, say: (text: string) => void) {
    this.#give = give;
    this.#say = say;
    this.#buttons.start.addEventListener("click", () => void this.#order("start"));
    this.#buttons.reconnect.addEventListener("click", () => void this.#order("reconnect"));
    this.#buttons.stop.addEventListener("click", () => {
      byId("stop-name", HTMLElement).textContent = shownName(this.#selected?.name ?? "");
      this.#question.showModal();
    });
    this.#question.addEventListener("close", () => {
      if (this.#question.returnValue === "stop") void this.#order("stop");
      this.#question.returnValue = "";
    });
  }

  show({ selected, isLive }: Frame): void {
    this.#selected = selected;
    this.#bar.hidden = !this.isAllowed || selected === undefined;
    const { start, reconnect, stop } = this.#buttons;
    const state = selected?.state ?? "terminated";
    const canAct = isLive && (selected?.isAttached ?? false);
    const hasEnded = state === "terminated" || state === "stopping";
    // What ended in its first start may be started anew. Whether it did is for the host to know.
    start.disabled = !canAct || !["idle", "coolingDown", "dormant", "terminated"].includes(state);
    reconnect.disabled = !canAct || hasEnded;
    stop.disabled = !canAct || hasEnded;
  }

  async #order(command: Command): Promise<void> {
    if (this.#selected === undefined) return;
    const { id } = this.#selected;
    const name = shownName(this.#selected.name);
    try {
      const refusal = await this.#give(id, command);
      this.#say(
        refusal === null ? `${name}: ${command} has been asked for` : `${name}: ${refusal}`,
      );
    } catch {
      this.#say(`${name}: the host cannot be reached`);
    }
  }
}
