import type { Answered } from "./matchAnswer.ts";
export async function matchReport(answered: Answered, command: string): Promise<string> {
  return `${answered.seconds}${command}`;
}
export function matchPicture(answered: Answered): string {
  return `${answered.seconds}`;
}
