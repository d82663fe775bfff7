// The iPhone pane: CalDAV (RFC 4791), calendar-query with expand, and GET then PUT with If-Match.
import { eventsOf, moveOccurrence } from './ics';
import { ask, type Pane, type PaneEvent } from './pane';

const DAV = 'DAV:';
const CALDAV = 'urn:ietf:params:xml:ns:caldav';

/** "20261124T080000Z". */
const basic = (instant: number) => new Date(instant).toISOString().replace(/[-:]|\.\d{3}/g, '');

function query(from: number, to: number): string {
  const range = `start="${basic(from)}" end="${basic(to)}"`;
  return `<?xml version="1.0" encoding="utf-8"?>
<C:calendar-query xmlns:D="${DAV}" xmlns:C="${CALDAV}">
  <D:prop><D:getetag/><C:calendar-data><C:expand ${range}/></C:calendar-data></D:prop>
  <C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range ${range}/></C:comp-filter></C:comp-filter></C:filter>
</C:calendar-query>`;
}

/** Reads one calendar collection; also used for the private one beside the panes. */
export async function readCollection(url: string, authorization: string, from: number, to: number): Promise<PaneEvent[]> {
  const headers = { Depth: '1', 'Content-Type': 'application/xml; charset=utf-8' };
  const response = await ask(url, authorization, { method: 'REPORT', body: query(from, to), headers });
  const xml = new DOMParser().parseFromString(await response.text(), 'application/xml');
  return [...xml.getElementsByTagNameNS(DAV, 'response')].flatMap((node) => {
    const href = node.getElementsByTagNameNS(DAV, 'href')[0]?.textContent?.trim() ?? '';
    const etag = node.getElementsByTagNameNS(DAV, 'getetag')[0]?.textContent?.trim() ?? '';
    const data = node.getElementsByTagNameNS(CALDAV, 'calendar-data')[0]?.textContent ?? '';
    return eventsOf(data).filter((event) => !event.cancelled).map((event): PaneEvent => ({
      id: `${href}#${event.recurrenceId ?? ''}`, title: event.title, start: event.start, end: event.end, allDay: event.allDay,
      content: event.content,
      ref: { href: new URL(href, url).href, etag, recurrenceId: event.recurrenceId === null ? '' : String(event.recurrenceId) },
    }));
  });
}

export function caldavPane({ url, authorization }: { url: string; authorization: string }): Pane {
  return {
    id: 'caldav',
    read: (from, to) => readCollection(url, authorization, from, to),
    async move(event, start) {
      const { href = '', recurrenceId } = event.ref;
      const response = await ask(href, authorization);
      // The report's ETag stands in where the server does not let pages see the header.
      const etag = response.headers.get('etag') ?? event.ref.etag ?? '';
      const body = moveOccurrence(await response.text(), recurrenceId ? Number(recurrenceId) : null, start - event.start);
      await ask(href, authorization, { method: 'PUT', body, headers: { 'If-Match': etag, 'Content-Type': 'text/calendar; charset=utf-8' } });
    },
  };
}
