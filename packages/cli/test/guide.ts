// The generated parts of docs/guide/cli.md, from the tables that the command itself is made of.
import type { CommandRow } from "../src/commandRow.ts";
import { commands } from "../src/commands.ts";
import { exitMeanings } from "../src/exit.ts";

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("<", "&lt;");

function optionTables(command: CommandRow): string {
  const groups = [...new Set(command.options.map(({ group }) => group))];
  return groups
    .map((group) => {
      const rows = command.options
        .filter((option) => option.group === group)
        .map(({ flags, summary, choices, fallback }) => {
          const values = choices === undefined ? "" : `: ${choices.map((choice) => `\`${choice}\``).join(" ")}`;
          return `| \`${flags}\` | ${cell(summary)}${values} | ${cell(fallback ?? "")} |`;
        });
      return `| ${group} | | default |\n|---|---|---|\n${rows.join("\n")}`;
    })
    .join("\n\n");
}

function examples(command: CommandRow): string {
  const lines = command.examples.map(({ summary, line }) => `# ${summary}\n${line}`);
  return `\`\`\`sh\n${lines.join("\n")}\n\`\`\``;
}

/** Each generated block by the name under which the page holds it. */
export function generatedBlocks(): Record<string, string> {
  const blocks: Record<string, string> = {};
  for (const command of commands) {
    blocks[`${command.name} examples`] = examples(command);
    if (command.options.length > 0) blocks[`${command.name} options`] = optionTables(command);
  }
  blocks["exit codes"] =
    `| code | meaning |\n|---|---|\n${exitMeanings.map(([code, meaning]) => `| ${code} | ${cell(meaning)} |`).join("\n")}`;
  return blocks;
}

/** `page` with every generated block brought up to date. Throws where the page lacks one. */
export function withBlocks(page: string): string {
  let out = page;
  for (const [name, block] of Object.entries(generatedBlocks())) {
    const [begin, end] = [`<!-- ${name} -->\n`, `\n<!-- end -->`];
    const from = out.indexOf(begin);
    const to = out.indexOf(end, from);
    if (from < 0 || to < 0) throw new Error(`The page has no block ${JSON.stringify(name)}.`);
    out = out.slice(0, from + begin.length) + block + out.slice(to);
  }
  return out;
}
