// The Kalends pane: the hub's own REST API, as any integrator would use it.
import { api, ApiError } from '../api/client';
import { stream } from '../api/stream.svelte';
import { inZone } from '../calendar/merge';
import { civilMs, toCivil } from '../calendar/time';
import { PaneError, type Pane, type PaneEvent } from './pane';

function translated(error: unknown): never {
  if (error instanceof ApiError) throw new PaneError(error.status, error.status === 0 || error.status >= 502 ? 'cannot be reached' : error.message);
  throw error;
}

export function hubPane({ calendar }: { calendar: string }): Pane {
  return {
    id: 'hub',
    async read(from, to) {
      const query = { start: new Date(from).toISOString(), end: new Date(to).toISOString(), tz: 'UTC', calendar: [calendar] };
      const answer = await api.occurrences(query).catch(translated);
      stream.seen(answer.position);
      return answer.occurrences.filter((one) => one.status !== 'cancelled').map((one): PaneEvent => {
        const { start, end } = inZone(one, 'UTC');
        return {
          id: `${one.event}|${one.recurrenceId ?? ''}`, title: one.title, start: civilMs(start), end: civilMs(end), allDay: one.allDay, content: '',
          ref: { event: one.event, recurrenceId: one.recurrenceId ?? '', etag: one.etag, zone: one.timeZone ?? '' },
        };
      });
    },
    async move(event, start) {
      const { event: id = '', recurrenceId, etag = '', zone } = event.ref;
      const change = { start: toCivil(start, zone || 'UTC') };
      await (recurrenceId ? api.patchOccurrence(id, recurrenceId, 'this', etag, change) : api.patchEvent(id, etag, change)).catch(translated);
    },
  };
}

