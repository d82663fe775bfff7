// Runs of the sync in words.
import type { Run, Undone } from '../api/types';

const events = (n: number) => (n === 1 ? 'one appointment' : `${n} appointments`);

/** What a run was and how much it touched. */
export function runWords(run: Run, calendar?: string, link?: string): string {
  const what = run.kind === 'link' ? `The link ${link ? `“${link}” ` : ''}was made` : `“${calendar ?? 'A calendar'}” was read`;
  return `${what}: ${events(run.copies)}`;
}

/** What undoing it did. */
export function doneWords({ copies, left }: Undone): string {
  return left.length === 0 ? `Undone: ${events(copies)}.` : `Undone: ${events(copies)}; ${events(left.length)} left as they are.`;
}
