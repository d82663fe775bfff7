// The event part of the mock's REST API: occurrences, single events, occurrences of series.
import type { Event, Occurrence } from '../../src/api/types.ts';
import { addDays, endOf, toCivil, toInstant } from '../../src/calendar/time.ts';
import { expand, type Instance } from './expand.ts';
import { problem, send, type Call } from './http.ts';
import type { Copy, World } from './world.ts';

const etagOf = (copy: Copy) => `"${copy.version}"`;

export function occurrenceOf(copy: Copy, { recurrenceId, event }: Instance): Occurrence {
  const allDay = event.showWithoutTime ?? false;
  const zone = event.timeZone ?? null;
  const end = endOf(event.start, event.duration, zone, allDay);
  const instant = (civil: string) => (zone ? new Date(toInstant(civil, zone)).toISOString() : null);
  return {
    event: copy.id, calendar: copy.calendar, recurrenceId, allDay, timeZone: zone,
    start: allDay ? event.start.slice(0, 10) : event.start, end, startInstant: instant(event.start), endInstant: instant(end),
    title: event.title ?? '', location: Object.values(event.locations ?? {})[0]?.name, status: event.status ?? 'confirmed',
    busy: event.freeBusyStatus ?? 'busy', privacy: event.privacy ?? 'public', color: event.color, recurring: recurrenceId !== undefined,
    etag: etagOf(copy), linked: copy.linked, masked: copy.masked, pending: false,
  };
}

function occurrences(world: World, call: Call): true {
  const zone = call.url.searchParams.get('tz') ?? 'UTC';
  const at = (name: string) => toCivil(Date.parse(call.url.searchParams.get(name) ?? ''), zone);
  const [first, end] = [at('start'), at('end')];
  const [from, to] = [toInstant(first, zone), toInstant(end, zone)];
  const startsAt = (one: Occurrence) => Date.parse(one.startInstant ?? '') || toInstant(one.start, zone);
  const endsAt = (one: Occurrence) => Date.parse(one.endInstant ?? '') || toInstant(one.end, zone);
  const wanted = call.url.searchParams.getAll('calendar');
  const found = [...world.copies.values()].flatMap((copy) =>
    copy.local && (wanted.length === 0 || wanted.includes(copy.calendar)) ? expand(copy.local, addDays(first, -1), addDays(end, 1)).map((instance) => occurrenceOf(copy, instance)) : [],
  );
  return send(call, 200, { occurrences: found.filter((one) => endsAt(one) > from && startsAt(one) < to), position: world.position });
}

/** RFC 8984 PatchObject, as far as the app uses it: top-level properties and one path into the overrides. */
function patched(event: Event, patch: Record<string, unknown>): Event {
  const result: Record<string, unknown> = { ...event };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = value;
  }
  return result as unknown as Event;
}

function changeOccurrence(world: World, call: Call, copy: Copy, recurrenceId: string): true {
  const event = copy.local!;
  const scope = call.url.searchParams.get('scope');
  const patch = call.method === 'DELETE' ? { excluded: true } : (JSON.parse(call.body) as Record<string, unknown>);
  if (scope === 'this') {
    const before = event.recurrenceOverrides?.[recurrenceId];
    world.commit(copy, { ...event, recurrenceOverrides: { ...event.recurrenceOverrides, [recurrenceId]: { ...before, ...patch } } }, 'hub');
    return send(call, 200, copy.local, { ETag: etagOf(copy) });
  }
  const rule = event.recurrenceRules![0]!;
  const rest = patched({ ...event, start: recurrenceId, recurrenceOverrides: null }, patch);
  world.commit(copy, { ...event, recurrenceRules: [{ ...rule, until: `${addDays(recurrenceId.slice(0, 10), -1)}T23:59:59` }] }, 'hub');
  if (call.method !== 'DELETE') {
    const linked = copy.linked ? world.id('linked') : null;
    for (const one of world.siblings(copy)) world.log('event', world.add(one.calendar, rest, linked, one.masked).id, one.calendar);
  }
  return send(call, 200, copy.local, { ETag: etagOf(copy) });
}

function single(world: World, call: Call, id: string, recurrenceId?: string): true {
  const copy = world.copies.get(id);
  if (!copy?.local) return problem(call, 404, 'Not found', 'This appointment does not exist any more.');
  if (call.method === 'GET') {
    const extra = { 'kalends.dev:calendar': copy.calendar, 'kalends.dev:linked': copy.linked, 'kalends.dev:masked': copy.masked };
    return send(call, 200, { ...copy.local, ...extra }, { ETag: etagOf(copy) });
  }
  const match = call.request.headers['if-match'];
  if (!match) return problem(call, 428, 'If-Match is missing');
  if (match !== etagOf(copy)) return problem(call, 412, 'Changed meanwhile');
  if (copy.masked) return problem(call, 403, 'Not yours to change', 'This is the masked copy of a private appointment. Change the original.');
  if (recurrenceId) return changeOccurrence(world, call, copy, recurrenceId);
  world.commit(copy, call.method === 'DELETE' ? null : patched(copy.local, JSON.parse(call.body) as Record<string, unknown>), 'hub');
  return call.method === 'DELETE' ? send(call, 204) : send(call, 200, copy.local, { ETag: etagOf(copy) });
}

function create(world: World, call: Call): true {
  const { calendar, ...event } = JSON.parse(call.body) as Event & { calendar: string };
  const link = world.links.find((one) => one.members.some((member) => member.calendar === calendar && member.role === 'both'));
  const linked = link ? world.id('linked') : null;
  const copies = (link?.members ?? [{ calendar }]).map((member) => world.add(member.calendar, event, linked));
  for (const copy of copies) Object.assign(copy, { local: null, remote: null });
  const copy = copies.find((one) => one.calendar === calendar)!;
  world.commit(copy, event, 'hub');
  return send(call, 201, copy.local, { Location: `/api/v1/events/${copy.id}`, ETag: etagOf(copy) });
}

export function eventRoutes(world: World, call: Call, path: string): boolean {
  if (path === '/occurrences') return occurrences(world, call);
  if (path === '/events' && call.method === 'POST') return create(world, call);
  const [, kind, id, sub, recurrenceId] = path.split('/').map(decodeURIComponent);
  if (kind !== 'events' || !id) return false;
  if (sub === 'why') return send(call, 200, { entries: world.why.get(id) ?? [] });
  return single(world, call, id, sub === 'occurrences' ? recurrenceId : undefined);
}
