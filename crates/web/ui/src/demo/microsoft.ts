// The Microsoft 365 pane: Microsoft Graph, calendarView and event update.
import { ask, contentOf, wall, type Pane, type PaneEvent } from './pane';

interface Item {
  id: string;
  subject?: string;
  isAllDay?: boolean;
  isCancelled?: boolean;
  originalStartTimeZone?: string;
  start: { dateTime: string; timeZone: string };
  end: { dateTime: string; timeZone: string };
}

/** Graph gives seven digits of a second and, as asked, UTC without saying so in the text. */
const instant = (time: Item['start']) => Date.parse(`${time.dateTime.slice(0, 19)}Z`);

export function eventOf(item: Item): PaneEvent {
  return {
    id: item.id, title: item.subject ?? '', start: instant(item.start), end: instant(item.end), allDay: item.isAllDay ?? false,
    content: contentOf(item, ['@odata.etag', 'changeKey', 'lastModifiedDateTime', 'createdDateTime', 'singleValueExtendedProperties']), ref: { zone: item.originalStartTimeZone ?? '' },
  };
}

export function microsoftPane({ root, calendarId, token }: { root: string; calendarId: string; token: string }, zone: string): Pane {
  const bearer = `Bearer ${token}`;
  return {
    id: 'microsoft',
    async read(from, to) {
      const found: PaneEvent[] = [];
      const query = new URLSearchParams({ startDateTime: new Date(from).toISOString(), endDateTime: new Date(to).toISOString(), $top: '200' });
      let next: string | undefined = `${root}v1.0/me/calendars/${encodeURIComponent(calendarId)}/calendarView?${query}`;
      while (next) {
        const response = await ask(next, bearer, { headers: { Prefer: 'outlook.timezone="UTC"' } });
        const page = (await response.json()) as { value: Item[]; '@odata.nextLink'?: string };
        found.push(...page.value.filter((item) => !item.isCancelled).map(eventOf));
        next = page['@odata.nextLink'];
      }
      return found;
    },
    async move(event, start) {
      // Graph would keep "UTC" as the event's zone; its own zone is used where the browser knows it.
      const timeZone = event.ref.zone?.includes('/') ? event.ref.zone : zone;
      const at = (instant: number) => ({ dateTime: wall(instant, timeZone), timeZone });
      const body = JSON.stringify({ start: at(start), end: at(start + event.end - event.start) });
      await ask(`${root}v1.0/me/events/${encodeURIComponent(event.id)}`, bearer, {
        method: 'PATCH', body, headers: { 'Content-Type': 'application/json' },
      });
    },
  };
}
