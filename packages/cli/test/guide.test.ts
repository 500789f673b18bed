// docs/guide/cli.md says what the command says. `MONGE_UPDATE=1` writes the generated blocks instead of comparing them.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { withBlocks } from "./guide.ts";
import { desk } from "./monge.ts";

const path = fileURLToPath(new URL("../../../docs/guide/cli.md", import.meta.url));

it("docs/guide/cli.md holds the tables of the command", () => {
  const page = readFileSync(path, "utf8");
  const current = withBlocks(page);
  if (process.env["MONGE_UPDATE"]) writeFileSync(path, current);
  else expect(page).toBe(current);
});

it("docs/pictures/plan.svg is what the command draws of the files beside it", () => {
  const folder = fileURLToPath(new URL("../../../docs/pictures/", import.meta.url));
  const d = desk({
    "source.csv": readFileSync(`${folder}source.csv`),
    "target.csv": readFileSync(`${folder}target.csv`),
  });
  try {
    const drawn = d.monge("solve source.csv target.csv --plot - --quiet").stdout;
    // The certificate's last bits belong to the engine, the flows do not.
    const flows = (svg: string): string[] => [...svg.matchAll(/<path d="M[^>]*url\(#flow[^>]*>/g)].map(String).sort();
    expect(flows(drawn)).toEqual(flows(readFileSync(`${folder}plan.svg`, "utf8")));
    expect(flows(drawn)).toHaveLength(170);
  } finally {
    d.clear();
  }
});
