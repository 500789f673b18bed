// Bundles the scene of match reports (packages/cli/viewer, with what it uses of three.js) to one string in packages/cli/src/generated/viewer.ts:
// reports carry it inside, so that they need nothing from outside.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { bundle, writeScript } from "./bundle.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Writes it where the report finds it. */
export async function buildViewer() {
  // Its licence asks to go wherever a good part of three.js goes.
  const licence = readFileSync(join(root, "node_modules/three/LICENSE"), "utf8").trim();
  const script = await bundle(join(root, "packages/cli/viewer"), "mongeViewer");
  const madeBy = "tools/viewer.mjs from packages/cli/viewer/entry.ts";
  const target = join(root, "packages/cli/src/generated/viewer.ts");
  writeScript(target, "viewer", `/* With parts of three.js.\n${licence} */\n${script}`, madeBy);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await buildViewer();
