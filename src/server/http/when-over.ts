import type { IncomingMessage, ServerResponse } from "node:http";

/** Calls back once, when an answer is with the client in full, or the client has left. */
export function whenOver(
  request: IncomingMessage,
  response: ServerResponse,
  listener: (answered: boolean) => void,
): void {
  const { socket } = request;
  let isOver = false;
  const onClose = (): void => {
    if (isOver) return;
    isOver = true;
    socket.off("close", onClose);
    listener(response.writableFinished);
  };
  response.once("close", onClose);
  // A response that waits behind another one on its connection does not say when that breaks.
  if (response.socket === null) socket.setMaxListeners(0).once("close", onClose);
}

/** Whether an answer can still reach the client. */
export function isConnected(request: IncomingMessage, response: ServerResponse): boolean {
  return !response.destroyed && !request.socket.destroyed;
}
