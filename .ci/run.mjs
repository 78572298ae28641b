import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const endsAt = Date.now() + 19 * 60_000;
const reports = mkdtempSync(path.join(tmpdir(), "mcp-tether-ci-"));
const { scripts } = JSON.parse(readFileSync("package.json", "utf8"));
const checks = Object.keys(scripts).filter((name) => name.startsWith("check:"));

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

const steps = [
  // The README's command: npm ci && npm test
  install(),
  suite("test"),
  ...checks.map((script) => command(script)),
  leavesClean("diagrams", "visualizations", "README.md", "ARCHITECTURE.md"),
  command("test:model"),
  suite("test:slow"),
  command("simulate", "--", "--seeds", "200", "--calls", "1000", "--faults", "10"),
  // Suites that need more than Node
  // Debian's Python comes without the module that makes environments.
  debian("python", 'python3 -c "import venv, ensurepip"', "python3-venv"),
  suite("test:interop"),
  command(
    "contract",
    "--",
    ...["test", "test:interop"].flatMap((of) => ["--report", reportOf(of)]),
  ),
  suite("test:conformance"),
  suite("test:browser"),
  command("inspect:load"),
];

const total = { passed: 0, failed: 0 };
for (const { name, take } of steps) {
  const { passed, failed } = await take();
  say(`ci: ${name}: ${passed} passed, ${failed} failed`);
  total.passed += passed;
  total.failed += failed;
  if (failed > 0 && name === "install") break;
}
rmSync(reports, { recursive: true, force: true });
say(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;

/** Counts only if it fails: it is the ground of the others, and checks nothing itself. */
function install() {
  return { name: "install", take: async () => ({ passed: 0, failed: (await npm("ci")) ? 0 : 1 }) };
}

/** Counts only if it fails. Debian's packages, where a command says that they are not there yet. */
function debian(name, check, ...packages) {
  const isThere = () => run("sh", ["-c", check]);
  const install = async () =>
    (await run("apt-get", ["update"])) &&
    (await run("apt-get", ["install", "--yes", "--no-install-recommends", ...packages]));
  const take = async () => {
    const ok = (await isThere()) || ((await install()) && (await isThere()));
    return { passed: 0, failed: ok ? 0 : 1 };
  };
  return { name, take };
}

/** A script that counts as one. */
function command(script, ...args) {
  const take = async () => {
    const ok = await npm("run", script, ...args);
    return { passed: ok ? 1 : 0, failed: ok ? 0 : 1 };
  };
  return { name: script, take };
}

/** A script that makes files which are checked in: it counts as one, and must change none of them. */
function leavesClean(script, ...files) {
  const take = async () => {
    const ok = await npm("run", script);
    const isClean = ok && (await isCommitted(files));
    return { passed: isClean ? 1 : 0, failed: isClean ? 0 : 1 };
  };
  return { name: script, take };
}

/** What is new counts as well as what is changed. */
async function isCommitted(files) {
  return await run("sh", [
    "-c",
    'test -z "$(git status --porcelain -- "$@" | tee /dev/stderr)"',
    "-",
    ...files,
  ]);
}

/** A script that runs vitest with our config, which writes the report that is counted. */
function suite(script) {
  const take = async () => {
    const report = reportOf(script);
    const ok = await npm("run", script, { TEST_REPORT: report });
    return countReport(report, ok);
  };
  return { name: script, take };
}

function reportOf(script) {
  return path.join(reports, `${script.replaceAll(":", "-")}.json`);
}

function countReport(file, ok) {
  let report;
  try {
    report = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    say(`ci: ${file} is missing or unreadable`);
    return { passed: 0, failed: 1 };
  }
  // A file that breaks outside its tests (an import, a hook) has no failed test, and an unhandled error no file.
  const broken = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && !assertionResults.some((test) => test.status === "failed"),
  );
  const failed = report.numFailedTests + broken.length;
  const mustFail = !ok || !report.success || report.numPassedTests === 0;
  return { passed: report.numPassedTests, failed: mustFail ? Math.max(failed, 1) : failed };
}

function npm(...args) {
  const env = typeof args.at(-1) === "object" ? args.pop() : {};
  return run("npm", args, env);
}

/** Runs a command with our output and no input, in a group of its own which does not outlive the time limit. */
function run(command, args, env = {}) {
  say(`ci: ${command} ${args.join(" ")}`);
  const child = spawn(command, args, {
    stdio: ["ignore", "inherit", "inherit"],
    detached: true,
    env: { ...process.env, ...env },
  });
  const kill = () => {
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has ended.
    }
  };
  const timer = setTimeout(() => {
    say("ci: out of time");
    kill();
  }, endsAt - Date.now());
  process.once("exit", kill);
  return new Promise((resolve) => {
    child.once("error", () => resolve(false));
    child.once("exit", (code) => resolve(code === 0));
  }).finally(() => {
    clearTimeout(timer);
    process.off("exit", kill);
  });
}

function say(line) {
  process.stdout.write(`${line}\n`);
}
