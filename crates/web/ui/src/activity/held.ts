// What a held write would do, in a sentence.
import type { HeldWrite } from '../api/types';

const done: Record<HeldWrite['operation'], string> = { create: 'Made again', update: 'Changed', delete: 'Deleted' };
const wouldBe: Record<HeldWrite['operation'], string> = { create: 'made', update: 'changed', delete: 'deleted' };

export function heldWords(item: Pick<HeldWrite, 'title' | 'operation' | 'notifies'>, calendar = 'a calendar'): string {
  const title = item.title || 'Untitled';
  if (item.notifies === undefined) return `“${title}” would be ${wouldBe[item.operation]} in “${calendar}”.`;
  const people = item.notifies === 1 ? '1 person' : `${item.notifies} people`;
  return `${done[item.operation]} through a link, but not in “${calendar}”: “${title}”. That will notify ${people}.`;
}
