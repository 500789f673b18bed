// A cell of a CSV file that we write.

/** The text as a cell: quoted where it holds a comma, a quote or a line break (RFC 4180). */
export function csvCell(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
