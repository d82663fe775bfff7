// Linked copies are one appointment: shown once, with a badge per calendar it lives in.
import type { Calendar, Occurrence } from '../api/types';
import { civilMs, toCivil, toInstant, type Civil } from './time';

/** What the page draws: one appointment, in the viewer's zone. */
export interface Shown {
  /** Stable across refreshes: the copy's event and its recurrence id. */
  key: string;
  occurrence: Occurrence;
  start: Civil;
  end: Civil;
  copies: { calendar: string; event: string }[];
}

/** All-day and floating times stay as they are; others are shown in `zone`. */
export function inZone(occurrence: Occurrence, zone: string): { start: Civil; end: Civil } {
  if (occurrence.allDay) return { start: occurrence.start.slice(0, 10), end: occurrence.end.slice(0, 10) };
  const civil = (instant: string | null | undefined, wall: Civil) => {
    if (instant) return toCivil(Date.parse(instant), zone);
    return occurrence.timeZone ? toCivil(toInstant(wall, occurrence.timeZone), zone) : wall;
  };
  return { start: civil(occurrence.startInstant, occurrence.start), end: civil(occurrence.endInstant, occurrence.end) };
}

export const keyOf = (occurrence: Occurrence): string => `${occurrence.event}|${occurrence.recurrenceId ?? ''}`;

/**
 * Copies of one linked event are joined when their recurrence id (or, for singles, nothing else) agrees, and an
 * unmasked copy represents the others. A masked copy of a visible original is a copy like any other.
 */
export function mergeLinked(occurrences: Occurrence[], calendars: Calendar[], zone: string): Shown[] {
  const order = new Map(calendars.map((calendar, index) => [calendar.id, index]));
  const hidden = new Set(calendars.filter((calendar) => !calendar.shown).map((calendar) => calendar.id));
  const groups = new Map<string, Occurrence[]>();
  for (const occurrence of occurrences) {
    const key = occurrence.linked ? `${occurrence.linked}|${recurrenceKey(occurrence)}` : keyOf(occurrence);
    const group = groups.get(key);
    if (group) group.push(occurrence);
    else groups.set(key, [occurrence]);
  }
  const shown: Shown[] = [];
  for (const group of [...groups.values()].map(openly)) {
    const rank = (one: Occurrence) => (one.masked ? 1000 : 0) + (order.get(one.calendar) ?? 999);
    const visible = group.filter((one) => !hidden.has(one.calendar)).sort((a, b) => rank(a) - rank(b));
    const first = visible[0];
    if (!first) continue;
    const copies = group.flatMap((one) => [{ calendar: one.calendar, event: one.event }, ...(one.copies ?? [])]);
    const unique = [...new Map(copies.map((copy) => [copy.event, copy])).values()];
    unique.sort((a, b) => (order.get(a.calendar) ?? 999) - (order.get(b.calendar) ?? 999));
    shown.push({ key: keyOf(first), occurrence: first, ...inZone(first, zone), copies: unique });
  }
  return shown.sort((a, b) => civilMs(a.start) - civilMs(b.start) || a.occurrence.title.localeCompare(b.occurrence.title));
}

/** A copy that shows the title of its original keeps nothing back, whatever it is said to be. */
function openly(group: Occurrence[]): Occurrence[] {
  const told = new Set(group.filter((one) => !one.masked).map((one) => one.title));
  return group.map((one) => (one.masked && told.has(one.title) ? { ...one, masked: false } : one));
}

/** Copies may keep their series in different zones, so recurrence ids are compared as moments. */
function recurrenceKey(occurrence: Occurrence): string {
  if (!occurrence.recurrenceId) return '';
  if (occurrence.allDay || !occurrence.timeZone) return occurrence.recurrenceId;
  return String(toInstant(occurrence.recurrenceId, occurrence.timeZone));
}
