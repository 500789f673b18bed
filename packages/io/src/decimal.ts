// A number as people and programs write it: 1, -2.5, .5, 1e-3, inf, nan; nothing else that JavaScript would accept.

/** The value; `undefined` if `word`, without blanks around it, is no number. A missing value is NaN. */
export function parseNumber(word: string): number | undefined {
  const value = Number(word);
  if (!Number.isNaN(value)) return word === "" || /^0[xbo]/i.test(word) ? undefined : value;
  if (/^[+-]?(inf|infinity)$/i.test(word)) return word[0] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return isMissing(word) ? Number.NaN : undefined;
}

/** Whether a cell says that its number is missing. */
export function isMissing(word: string): boolean {
  return /^([+-]?nan|na|n\/a|null|none)$/i.test(word);
}
