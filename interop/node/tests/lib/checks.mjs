// Runs checks and reports each as one line of JSON on stdout: {"name", "ok", "detail", "millis"};
// the last line is {"done": <number of checks>}, so that a script that died half-way is noticed.
//
// A script is started as `node <script>.mjs <url> [key=value ...]`.
import assert from "node:assert/strict";
import { inspect } from "node:util";

const WHOLE_SCRIPT_SECONDS = 90;
const checks = [];

/** The server's URL, without a slash at the end. */
export const url = (process.argv[2] ?? "").replace(/\/$/, "");
if (!url) {
  console.error("usage: node <script>.mjs <url> [key=value ...]");
  process.exit(2);
}

/** An option given as key=value after the URL. */
export function option(key, fallback) {
  const given = process.argv.slice(3).find((a) => a.startsWith(`${key}=`));
  return given === undefined ? fallback : given.slice(key.length + 1);
}

/** An option that is a list, separated by commas. */
export function listOption(key, fallback) {
  return option(key, fallback).split(",");
}

/**
 * Adds a check; its name is a sentence. The body gets a `scope`: `scope.onEnd(fn)` runs fn when the
 * check is over, however it ends. A check that is `alone` never runs beside another.
 */
export function check(name, body, { seconds = 15, alone = false } = {}) {
  checks.push({ name, body, seconds, alone });
}

/** Runs all checks, up to `atOnce` side by side, and ends the process. */
export async function runChecks({ atOnce = 8 } = {}) {
  const names = new Set(checks.map((c) => c.name));
  assert.equal(names.size, checks.length, "two checks have the same name");
  const only = option("only");
  const chosen = checks.filter((c) => !only || c.name.includes(only));

  const overdue = setTimeout(() => {
    console.error(`the script is not done after ${WHOLE_SCRIPT_SECONDS} s`);
    process.exit(3);
  }, WHOLE_SCRIPT_SECONDS * 1000);

  const waiting = chosen.filter((c) => !c.alone);
  const worker = async () => {
    while (waiting.length) await run(waiting.shift());
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  for (const c of chosen.filter((c) => c.alone)) await run(c);

  clearTimeout(overdue);
  process.stdout.write(`${JSON.stringify({ done: chosen.length })}\n`, () => process.exit(0));
}

async function run({ name, body, seconds }) {
  const cleanups = [];
  const scope = { onEnd: (fn) => cleanups.push(fn) };
  const started = Date.now();
  let failure;
  try {
    await within(seconds * 1000, body(scope), "the check");
  } catch (e) {
    failure = e instanceof Error ? e.stack : inspect(e);
  }
  for (const cleanup of cleanups.reverse()) {
    try {
      await cleanup();
    } catch (e) {
      failure ??= `cleaning up: ${e.stack}`;
    }
  }
  console.log(
    JSON.stringify({ name, ok: !failure, detail: failure ?? "", millis: Date.now() - started }),
  );
}

/** The promise's value, or an error that names `what` when it takes longer than `millis`. */
export function within(millis, promise, what) {
  // created here so that the stack trace leads to the check, not to the timer
  const late = new Error(`${what} took longer than ${millis} ms`);
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(late), millis);
  });
  const outcome = Promise.race([promise, limit]).finally(() => clearTimeout(timer));
  outcome.catch(() => {}); // a check that fails before it awaits this must not end the script
  return outcome;
}

export const sleep = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

/** Waits until the condition holds, which may be asynchronous. */
export async function until(condition, what, millis = 5000) {
  const late = new Error(`not within ${millis} ms: ${typeof what === "function" ? "" : what}`);
  const end = Date.now() + millis;
  while (!(await condition())) {
    if (Date.now() > end) {
      late.message += typeof what === "function" ? ` ${what()}` : "";
      throw late;
    }
    await sleep(10);
  }
}

// The test that started this script holds its stdin open: when the test's process dies, so does
// this one.
if (process.env.ENDS_WITH_STDIN) {
  process.stdin.on("end", () => process.exit(4)).resume();
}
for (const event of ["uncaughtException", "unhandledRejection"]) {
  process.on(event, (e) => {
    console.error(event, e);
    process.exit(5);
  });
}
