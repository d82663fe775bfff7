/** What is typed one a line: without blanks around it, and without empty lines. */
export function lines(text: string): string[] {
  return text.split('\n').map((line) => line.trim()).filter(Boolean);
}
