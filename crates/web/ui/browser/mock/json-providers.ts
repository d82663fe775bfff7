// Google Calendar v3 and Microsoft Graph: events in a range with occurrences expanded, and moving one.
import type { Event } from '../../src/api/types.ts';
import { addDays, endOf, toCivil, toInstant } from '../../src/calendar/time.ts';
import { expand, type Instance } from './expand.ts';
import { problem, send, type Call } from './http.ts';
import type { Copy, World } from './world.ts';

interface Found extends Instance {
  copy: Copy;
  id: string;
  end: string;
}

const compact = (civil: string) => civil.replace(/[-:]/g, '');

/** Occurrences of a calendar as its provider has them now. */
export function remoteInstances(world: World, calendar: string, first: string, end: string): Found[] {
  return [...world.copies.values()].filter((copy) => copy.calendar === calendar && copy.remote).flatMap((copy) =>
    expand(copy.remote!, addDays(first, -1), addDays(end, 1)).map((instance) => ({
      ...instance, copy, id: instance.recurrenceId ? `${copy.id}_${compact(instance.recurrenceId)}` : copy.id,
      end: endOf(instance.event.start, instance.event.duration, instance.event.timeZone ?? null, instance.event.showWithoutTime ?? false),
    })),
  );
}

/** A write at the provider: it shows there at once, and the hub hears of it a moment later. */
export function moveAtProvider(world: World, id: string, start: number): boolean {
  const [copyId = '', recurrence] = id.split('_');
  const copy = world.copies.get(copyId);
  if (!copy?.remote) return false;
  const event = structuredClone(copy.remote);
  const civil = toCivil(start, event.timeZone ?? 'UTC');
  const recurrenceId = recurrence?.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)$/, '$1-$2-$3T$4:$5:$6');
  if (recurrenceId) event.recurrenceOverrides = { ...event.recurrenceOverrides, [recurrenceId]: { ...event.recurrenceOverrides?.[recurrenceId], start: civil } };
  else event.start = civil;
  arriveLater(world, copy, event);
  return true;
}

export function arriveLater(world: World, copy: Copy, event: Event): void {
  copy.remote = event;
  world.count(copy.calendar);
  setTimeout(() => world.commit(copy, event, 'provider'), Math.max(60, world.unpluggedUntil - Date.now()));
}

const instant = (event: Event, civil: string) => toInstant(civil, event.timeZone ?? 'UTC');
const iso = (at: number) => new Date(at).toISOString();

export function googleRoutes(world: World, call: Call): boolean {
  const [, calendar, id] = /^\/mock\/google\/calendar\/v3\/calendars\/([^/]+)\/events(?:\/([^/]+))?$/.exec(call.url.pathname) ?? [];
  if (!calendar) return false;
  if (id) {
    const body = JSON.parse(call.body) as { start: { dateTime: string } };
    return moveAtProvider(world, decodeURIComponent(id), Date.parse(body.start.dateTime)) ? send(call, 200, {}) : problem(call, 404, 'Not Found');
  }
  const query = call.url.searchParams;
  const items = remoteInstances(world, decodeURIComponent(calendar), query.get('timeMin')!, query.get('timeMax')!).map(({ id, event, end, copy }) => {
    const time = (civil: string) => (event.showWithoutTime ? { date: civil.slice(0, 10) } : { dateTime: iso(instant(event, civil)), timeZone: event.timeZone });
    return { id, status: 'confirmed', summary: event.title, etag: `"${copy.version}"`, location: Object.values(event.locations ?? {})[0]?.name, start: time(event.start), end: time(end) };
  });
  return send(call, 200, { kind: 'calendar#events', items });
}

export function graphRoutes(world: World, call: Call): boolean {
  const path = call.url.pathname;
  const [, calendar] = /^\/mock\/graph\/v1\.0\/me\/calendars\/([^/]+)\/calendarView$/.exec(path) ?? [];
  const [, id] = /^\/mock\/graph\/v1\.0\/me\/events\/([^/]+)$/.exec(path) ?? [];
  if (id) {
    const { start } = JSON.parse(call.body) as { start: { dateTime: string; timeZone: string } };
    return moveAtProvider(world, decodeURIComponent(id), toInstant(start.dateTime, start.timeZone)) ? send(call, 200, {}) : problem(call, 404, 'Not Found');
  }
  if (!calendar) return false;
  const query = call.url.searchParams;
  const value = remoteInstances(world, decodeURIComponent(calendar), query.get('startDateTime')!, query.get('endDateTime')!).map(({ id, event, end }) => {
    const time = (civil: string) => ({ dateTime: `${(event.showWithoutTime ? `${civil.slice(0, 10)}T00:00:00` : iso(instant(event, civil)).slice(0, 19))}.0000000`, timeZone: 'UTC' });
    return { id, subject: event.title, isAllDay: event.showWithoutTime ?? false, location: { displayName: Object.values(event.locations ?? {})[0]?.name ?? '' }, originalStartTimeZone: event.timeZone, start: time(event.start), end: time(end) };
  });
  return send(call, 200, { value });
}
