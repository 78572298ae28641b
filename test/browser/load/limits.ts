import type { LoadFigures } from "./measure.ts";

const leastFramesPerSecond = 30;
const mostDelayMs = 20;
/** What is remembered is bounded, so the heap is what it would be after hours. */
const mostMegabytes = 400;
/** Whoever carries less than this share of the load is not under load. */
const leastShare = 0.9;

/** In which respects it was not as smooth as it must be. */
export function problemsOf({ page, host, stepsPerSecond }: LoadFigures): readonly string[] {
  const { watched, withHangingPage } = host;
  const problems = [watched, withHangingPage].flatMap((phase, index) => {
    const when = index === 0 ? "with a page" : "with a page that hangs";
    const { delayMs, heapMegabytes } = phase;
    return [
      phase.pages !== index + 1 && `${when}: ${phase.pages} pages looked on`,
      phase.stepsPerSecond < stepsPerSecond * leastShare &&
        `${when}: ${phase.stepsPerSecond} steps per second`,
      delayMs.p99 > mostDelayMs && `${when}: the event loop's delay has a p99 of ${delayMs.p99} ms`,
      heapMegabytes.last > mostMegabytes && `${when}: the host's heap has ${heapMegabytes.last} MB`,
    ];
  });
  const { framesPerSecond, heapMegabytes } = page;
  return [
    ...problems,
    framesPerSecond.mean < leastFramesPerSecond && `${framesPerSecond.mean} frames per second`,
    heapMegabytes.last > mostMegabytes && `the page's heap has ${heapMegabytes.last} MB`,
  ].filter((problem) => problem !== false);
}
