// From the text of an option to its value, checked against the table; the message names the option and the cure.
import type { Marginal, Unbalanced } from "monge";
import { longName, type OptionRow } from "./commandRow.ts";
import { UsageError } from "./exit.ts";

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** The value of an option: a number, a list of words, or the text itself. A duration is in milliseconds. */
export function parseValue(option: OptionRow, text: string): string | number | string[] | number[] | Unbalanced {
  const flag = `--${longName(option)}`;
  if (option.choices !== undefined) {
    if (option.choices.includes(text)) return text;
    throw new UsageError(`${flag} does not know ${JSON.stringify(text)}.`, `Use one of ${option.choices.join(", ")}.`);
  }
  switch (option.value) {
    case "count": {
      const value = Number(text);
      if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
      throw new UsageError(`${flag} ${JSON.stringify(text)} is no whole number.`, "Use a whole number of at least 0.");
    }
    case "positive": {
      const value = text.trim() === "" ? Number.NaN : Number(text);
      if (value > 0 && value < Infinity) return value;
      throw new UsageError(
        `${flag} ${JSON.stringify(text)} is no number above 0.`,
        "Use a number such as 1, 1.5 or 2.",
      );
    }
    case "share":
    case "amount": {
      const value = text.trim() === "" ? Number.NaN : Number(text);
      const most = option.value === "share" ? 1 : Infinity;
      if (value >= 0 && value < most) return value;
      throw new UsageError(
        `${flag} ${JSON.stringify(text)} is no ${most === 1 ? "share" : "number of at least 0"}.`,
        most === 1 ? "Use a number in [0, 1), such as 0.2." : "Use a number such as 0, 0.004 or 0.3.",
      );
    }
    case "numbers": {
      const values = text.split(",").map((word) => (word.trim() === "" ? Number.NaN : Number(word)));
      if (values.length === option.length && values.every((value) => Number.isFinite(value))) return values;
      throw new UsageError(
        `${flag} ${JSON.stringify(text)} is not what it needs.`,
        `Give ${option.length} numbers, separated by commas.`,
      );
    }
    case "duration": {
      const found = /^(\d+(?:\.\d*)?|\.\d+)(ms|s|m|h)?$/.exec(text);
      if (found !== null) return Number(found[1]) * units[found[2] ?? "s"];
      throw new UsageError(
        `${flag} ${JSON.stringify(text)} is no length of time.`,
        "Use seconds, or a unit: 10, 10s, 500ms, 2m.",
      );
    }
    case "list": {
      const words = text.split(",").map((word) => word.trim());
      if (words.every((word) => word !== "")) return words;
      throw new UsageError(`${flag} ${JSON.stringify(text)} has an empty item.`, "Separate items by single commas.");
    }
    case "penalty":
      return readPenalties(flag, text);
    default:
      if (text !== "") return text;
      throw new UsageError(`${flag} is empty.`, option.value === "file" ? "Name a file." : "Give it a value.");
  }
}

/** `KL:1`, or one for each side: `KL:1,equal`. */
function readPenalties(flag: string, text: string): Unbalanced {
  const sides = text.split(",").map((side): Marginal => {
    const [, kind, strength] = /^(KL|TV|L2):(.+)$/i.exec(side.trim()) ?? [];
    if (kind !== undefined && Number(strength) > 0)
      return { kind: kind.toUpperCase() as "KL" | "TV" | "L2", strength: Number(strength) };
    if (side.trim() === "equal") return "equal";
    throw new UsageError(
      `${flag} ${JSON.stringify(text)} is no penalty.`,
      "Use KL:1, TV:1 or L2:1 with a strength above 0, or one for each side: KL:1,equal.",
    );
  });
  if (sides.length > 2)
    throw new UsageError(`${flag} ${JSON.stringify(text)} names ${sides.length} sides.`, "Name one or two.");
  return { source: sides[0], target: sides[sides.length - 1] };
}
