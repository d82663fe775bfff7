// CalDAV: calendar-query with expand, GET and PUT of one object.
import type { Event } from '../../src/api/types.ts';
import { toCivil, toInstant } from '../../src/calendar/time.ts';
import { eventsOf } from '../../src/demo/ics.ts';
import { problem, send, type Call } from './http.ts';
import { arriveLater, remoteInstances } from './json-providers.ts';
import type { Copy, World } from './world.ts';

const compact = (civil: string) => civil.replace(/[-:]/g, '');
const escaped = (text: string) => text.replace(/[\\;,]/g, '\\$&');
const xml = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');

function component(event: Event, uid: string, extra: string[]): string[] {
  const start = event.showWithoutTime ? `DTSTART;VALUE=DATE:${compact(event.start.slice(0, 10))}` : `DTSTART;TZID=${event.timeZone}:${compact(event.start)}`;
  return ['BEGIN:VEVENT', `UID:${uid}`, `SUMMARY:${escaped(event.title ?? '')}`, start, `DURATION:${event.duration}`, ...extra, 'END:VEVENT'];
}

function objectOf(copy: Copy): string {
  const event = copy.remote!;
  const uid = event.uid ?? copy.id;
  const rule = event.recurrenceRules?.[0];
  const overrides = Object.entries(event.recurrenceOverrides ?? {});
  const master = component(event, uid, rule
    ? [`RRULE:FREQ=${rule.frequency.toUpperCase()}${rule.byDay ? `;BYDAY=${rule.byDay.map((by) => by.day.toUpperCase()).join(',')}` : ''}`,
      ...overrides.filter(([, patch]) => patch.excluded).map(([id]) => `EXDATE;TZID=${event.timeZone}:${compact(id)}`)]
    : []);
  const others = overrides.filter(([, patch]) => !patch.excluded)
    .flatMap(([id, patch]) => component({ ...event, start: id, ...patch } as Event, uid, [`RECURRENCE-ID;TZID=${event.timeZone}:${compact(id)}`]));
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', ...master, ...others, 'END:VCALENDAR', ''].join('\r\n');
}

function report(world: World, call: Call, calendar: string): true {
  const [, start = '', end = ''] = /<C:expand start="(\d{8})T\d{6}Z" end="(\d{8})T/.exec(call.body) ?? [];
  const day = (text: string) => `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`;
  const utc = (event: Event, civil: string) => `${compact(toCivil(toInstant(civil, event.timeZone ?? 'UTC'), 'UTC'))}Z`;
  const responses = remoteInstances(world, calendar, day(start), day(end)).map(({ copy, event, recurrenceId }) => {
    const at = event.showWithoutTime ? `DTSTART;VALUE=DATE:${compact(event.start.slice(0, 10))}` : `DTSTART:${utc(event, event.start)}`;
    const id = recurrenceId ? [`RECURRENCE-ID:${utc(event, recurrenceId)}`] : [];
    const ics = ['BEGIN:VCALENDAR', 'BEGIN:VEVENT', `UID:${copy.id}`, `SUMMARY:${escaped(event.title ?? '')}`, at, `DURATION:${event.duration}`, ...id, 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n');
    return `<D:response><D:href>/mock/caldav/${calendar}/${copy.id}.ics</D:href><D:propstat><D:prop><D:getetag>"${copy.version}"</D:getetag><C:calendar-data>${xml(ics)}</C:calendar-data></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>`;
  });
  return send(call, 207, `<?xml version="1.0"?><D:multistatus xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">${responses.join('')}</D:multistatus>`, { 'Content-Type': 'application/xml' });
}

function put(world: World, call: Call, copy: Copy): true {
  if (call.request.headers['if-match'] !== `"${copy.version}"`) return problem(call, 412, 'Precondition Failed');
  const event = structuredClone(copy.remote!);
  for (const one of eventsOf(call.body)) {
    const start = toCivil(one.start, event.timeZone ?? 'UTC');
    if (one.recurrenceId === null) event.start = start;
    else {
      const id = toCivil(one.recurrenceId, event.timeZone ?? 'UTC');
      event.recurrenceOverrides = { ...event.recurrenceOverrides, [id]: { ...event.recurrenceOverrides?.[id], start } };
    }
  }
  arriveLater(world, copy, event);
  return send(call, 204);
}

export function caldavRoutes(world: World, call: Call): boolean {
  const [, calendar, id] = /^\/mock\/caldav\/([^/]+)\/(?:([^/]+)\.ics)?$/.exec(call.url.pathname) ?? [];
  if (!calendar) return false;
  if (call.method === 'REPORT') return report(world, call, calendar);
  const copy = world.copies.get(id ?? '');
  if (!copy?.remote) return problem(call, 404, 'Not Found');
  return call.method === 'PUT' ? put(world, call, copy) : send(call, 200, objectOf(copy), { ETag: `"${copy.version}"` });
}
