// Runs one contender in a process of its own: node worker.js <address of its module>
import type { Connection, Contender } from "./contender.ts";
import { measure } from "./measure.ts";
import type { Answers, Command } from "./worker-commands.ts";
import { type Question, verify } from "./workload.ts";

const [, , address = ""] = process.argv;
const { contender }: { contender: Contender } = await import(address);
let connection: Connection | undefined;
let calls = 0;

async function call(bytes: number): Promise<void> {
  if (connection === undefined) throw new Error("not connected");
  const question: Question = { number: ++calls, bytes };
  verify(await connection.invoke(question), question);
}

async function obey(command: Command): Promise<Answers[Command["type"]]> {
  switch (command.type) {
    case "hello":
      return { name: contender.name };
    case "connect": {
      const startedAt = performance.now();
      connection = await contender.connect(command.target, command.callers);
      await call(300);
      return { ms: performance.now() - startedAt };
    }
    case "run":
      return measure(() => call(command.bytes), command);
    case "memory":
      return { rssBytes: process.memoryUsage.rss() };
    case "close": {
      const closing = connection?.close();
      connection = undefined;
      await closing;
      return null;
    }
  }
}

process.on("message", (command: Command) => {
  obey(command).then(
    (value) => process.send?.({ value }),
    (error: unknown) => process.send?.({ error: `${error}`.slice(0, 300) }),
  );
});
process.on("disconnect", () => process.exit());
