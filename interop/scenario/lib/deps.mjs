// Resolves npm modules from interop/node or, when SCENARIO_MODULES names a folder that has a
// node_modules, from there.
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(dirname(fileURLToPath(import.meta.url)));
const modulesRoot = resolve(process.env.SCENARIO_MODULES || join(here, "..", "node"));
export const req = createRequire(join(modulesRoot, "noop.js"));
