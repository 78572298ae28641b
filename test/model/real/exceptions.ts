/**
 * The transitions that nothing in the world can cause, each with the reason. They are guards for the case that something else
 * is wrong, and only the model makes use of them. The list is exact: one that is taken after all is an error.
 */
export const exceptions: Readonly<Record<string, string>> = {
  "fetchingConfig/session.configured/0": mutedBefore("opened"),
  "ready.invoking/hooks.answered/0": mutedBefore("ready"),
  "ready.invoking/session.lost/0": mutedBefore("ready"),
  "ready.draining/hooks.answered/0": mutedBefore("ready"),
  "ready.draining/session.lost/0": mutedBefore("ready"),
  "closing/session.closed/0": mutedBefore("opened, and so before it can be closed"),
};

function mutedBefore(what: string): string {
  return `a fact of an earlier session: XState hears nothing any more of an actor that it has stopped, and the session before is stopped before the next one is ${what}`;
}

/** At most so much of all transitions may be without a cause. */
const mostExceptions = 0.1;

/** What is wrong with the list of exceptions, or with what was taken. */
export function gapsIn(taken: ReadonlySet<string>, every: readonly string[]): string[] {
  const listed = Object.keys(exceptions);
  return [
    ...every
      .filter((id) => !taken.has(id) && !(id in exceptions))
      .map((id) => `never taken in reality, and no exception: ${id}`),
    ...listed
      .filter((id) => taken.has(id))
      .map((id) => `an exception, and taken in reality: ${id}`),
    ...listed
      .filter((id) => !every.includes(id))
      .map((id) => `an exception, and no transition: ${id}`),
    ...(listed.length > every.length * mostExceptions
      ? [`${listed.length} exceptions of ${every.length} transitions are too many`]
      : []),
  ];
}
