// Installs the packages of package-lock.json, unless they are there already: the lock file's hash
// is kept in node_modules.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = dirname(fileURLToPath(import.meta.url));
const stamp = join(folder, "node_modules", ".installed");
const lock = readFileSync(join(folder, "package-lock.json"));
const wanted = createHash("sha256").update(lock).digest("hex");

if (installed() !== wanted) {
  const npm = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: folder,
    stdio: "inherit",
  });
  if (npm.status !== 0) process.exit(npm.status ?? 1);
  writeFileSync(stamp, wanted);
}

function installed() {
  try {
    return readFileSync(stamp, "utf8");
  } catch {
    return undefined;
  }
}
