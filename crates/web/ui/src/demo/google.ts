// The Google pane: Google Calendar API v3, events.list with singleEvents and events.patch.
import { ask, contentOf, type Pane, type PaneEvent } from './pane';

interface Time {
  date?: string;
  dateTime?: string;
  timeZone?: string;
}
interface Item {
  id: string;
  status?: string;
  summary?: string;
  start: Time;
  end: Time;
}

const instant = (time: Time) => Date.parse(time.dateTime ?? `${time.date}T00:00:00Z`);

export function eventOf(item: Item): PaneEvent {
  return {
    id: item.id, title: item.summary ?? '', start: instant(item.start), end: instant(item.end), allDay: item.start.date !== undefined,
    content: contentOf(item, ['etag', 'updated', 'sequence', 'extendedProperties']), ref: { zone: item.start.timeZone ?? '' },
  };
}

export function googlePane({ root, calendarId, token }: { root: string; calendarId: string; token: string }, zone: string): Pane {
  const events = `${root}calendar/v3/calendars/${encodeURIComponent(calendarId)}/events`;
  const bearer = `Bearer ${token}`;
  return {
    id: 'google',
    async read(from, to) {
      const found: PaneEvent[] = [];
      let pageToken: string | undefined;
      do {
        const query = new URLSearchParams({
          singleEvents: 'true', orderBy: 'startTime', maxResults: '250', timeMin: new Date(from).toISOString(), timeMax: new Date(to).toISOString(),
          ...(pageToken ? { pageToken } : {}),
        });
        const page = (await (await ask(`${events}?${query}`, bearer)).json()) as { items?: Item[]; nextPageToken?: string };
        found.push(...(page.items ?? []).filter((item) => item.status !== 'cancelled').map(eventOf));
        pageToken = page.nextPageToken;
      } while (pageToken);
      return found;
    },
    async move(event, start) {
      const timeZone = event.ref.zone || zone;
      const at = (instant: number) => ({ dateTime: new Date(instant).toISOString(), timeZone });
      const body = JSON.stringify({ start: at(start), end: at(start + event.end - event.start) });
      await ask(`${events}/${encodeURIComponent(event.id)}`, bearer, { method: 'PATCH', body, headers: { 'Content-Type': 'application/json' } });
    },
  };
}
