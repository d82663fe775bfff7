// What a held write would do, in a sentence.
import type { HeldWrite } from '../api/types';

const done: Record<HeldWrite['operation'], string> = { create: 'Made again', update: 'Changed', delete: 'Deleted' };

export function heldWords(item: Pick<HeldWrite, 'title' | 'operation' | 'notifies'>, calendar = 'a calendar'): string {
  const people = item.notifies === 1 ? '1 person' : `${item.notifies} people`;
  return `${done[item.operation]} through a link, but not in “${calendar}”: “${item.title || 'Untitled'}”. That will notify ${people}.`;
}
