// Completion scripts for bash, zsh and fish, made from the table of commands.
import { type CommandRow, groups, longName } from "./commandRow.ts";
import { commands } from "./commands.ts";
import { UsageError } from "./exit.ts";

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

function bash(): string {
  const cases = commands.map((row) => {
    const flags = [...row.options.map((option) => `--${longName(option)}`), "--help"].join(" ");
    return `    "${row.name}") words="${flags}" ;;`;
  });
  const values = valueCases((choices) => `COMPREPLY=($(compgen -W "${choices.join(" ")}" -- "$current")); return`);
  return `_monge() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" words=""
  COMPREPLY=()
  case "$previous" in
${values.map((line) => `    ${line} ;;`).join("\n")}
    completion) COMPREPLY=($(compgen -W "bash zsh fish" -- "$current")); return ;;
  esac
  if [[ $COMP_CWORD -eq 1 ]]; then
    COMPREPLY=($(compgen -W "${firstWords().join(" ")} help --help --version" -- "$current"))
    return
  fi
  local name="\${COMP_WORDS[1]}"
  case "$name" in
${groupNames()
  .map(
    (group) =>
      `    ${group}) name="${group} \${COMP_WORDS[2]}"; if [[ $COMP_CWORD -eq 2 ]]; then COMPREPLY=($(compgen -W "${wordsOf(group).join(" ")}" -- "$current")); return; fi ;;`,
  )
  .join("\n")}
  esac
  case "$name" in
${cases.join("\n")}
  esac
  if [[ $current == -* ]]; then COMPREPLY=($(compgen -W "$words" -- "$current"))
  else COMPREPLY=($(compgen -f -- "$current")); fi
}
complete -o filenames -F _monge monge
`;
}

/** What may stand first: commands and groups. */
function firstWords(): string[] {
  return [...new Set(commands.map((row) => row.name.split(" ")[0]))];
}

function groupNames(): string[] {
  return Object.keys(groups);
}

/** The commands of a group. */
function wordsOf(group: string): string[] {
  return commands.flatMap(({ name }) => (name.startsWith(`${group} `) ? [name.slice(group.length + 1)] : []));
}

function summaryOf(word: string): string {
  return groups[word] ?? commands.find(({ name }) => name === word)?.summary ?? "";
}

/** One case for each option with a fixed list of values. */
function valueCases(body: (choices: readonly string[]) => string): string[] {
  const known = new Map<string, readonly string[]>();
  for (const option of commands.flatMap((row) => row.options))
    if (option.choices !== undefined) known.set(longName(option), option.choices);
  return [...known].map(([name, choices]) => `--${name}) ${body(choices)}`);
}

function zsh(): string {
  const describe = (row: CommandRow): string => {
    const specs = row.options.map((option) => {
      const text = option.summary.replace(/[[\]:]/g, " ");
      const value =
        option.choices !== undefined
          ? `:value:(${option.choices.join(" ")})`
          : option.value === "file"
            ? ":file:_files"
            : ":value: ";
      return `      ${quoted(`--${longName(option)}[${text}]${option.flags.includes("<") ? value : ""}`)}`;
    });
    const rest = row.name === "completion" ? `'1:shell:(bash zsh fish)'` : `'*:file:_files'`;
    return `    ${quoted(row.name)}) _arguments \\\n${[...specs, `      ${rest}`].join(" \\\n")} ;;`;
  };
  return `#compdef monge
_monge() {
  local -a commands
  commands=(${firstWords()
    .map((word) => quoted(`${word}:${summaryOf(word)}`))
    .join(" ")})
  if (( CURRENT == 2 )); then _describe command commands; return; fi
  local name=$words[2]
  shift words
  (( CURRENT-- ))
${groupNames()
  .map(
    (group) => `  if [[ $name == ${group} ]]; then
    if (( CURRENT == 2 )); then _values command ${wordsOf(group).join(" ")}; return; fi
    name="${group} $words[2]"
    shift words
    (( CURRENT-- ))
  fi`,
  )
  .join("\n")}
  case "$name" in
${commands.map(describe).join("\n")}
  esac
}
compdef _monge monge
`;
}

function fish(): string {
  const within = (name: string): string =>
    name
      .split(" ")
      .map((word) => `__fish_seen_subcommand_from ${word}`)
      .join("; and ");
  const lines = firstWords().map(
    (word) => `complete -c monge -n __fish_use_subcommand -a ${word} -d ${quoted(summaryOf(word))}`,
  );
  for (const group of groupNames())
    lines.push(`complete -c monge -n '${within(group)}' -x -a ${quoted(wordsOf(group).join(" "))}`);
  for (const row of commands)
    for (const option of row.options) {
      const takes = option.flags.includes("<");
      const values = option.choices === undefined ? "" : ` -x -a ${quoted(option.choices.join(" "))}`;
      const need = takes && option.choices === undefined ? " -r" : "";
      lines.push(
        `complete -c monge -n '${within(row.name)}' -l ${longName(option)}${need}${values} -d ${quoted(option.summary)}`,
      );
    }
  lines.push("complete -c monge -n '__fish_seen_subcommand_from completion' -x -a 'bash zsh fish'");
  return `${lines.join("\n")}\n`;
}

const shells: Readonly<Record<string, () => string>> = { bash, zsh, fish };

/** The script for a shell. */
export function completionScript(shell: string): string {
  if (Object.hasOwn(shells, shell)) return shells[shell]();
  throw new UsageError(
    `There is no completion for ${JSON.stringify(shell)}.`,
    `Use one of ${Object.keys(shells).join(", ")}.`,
  );
}
