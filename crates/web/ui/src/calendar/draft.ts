// What the editor edits, and the way from and to a JSCalendar event. Only what the person changed is sent, so that
// everything else the event carries stays as it is.
import type { Alert, Event, EventPatch, Occurrence, Participant, Privacy } from '../api/types';
import { formOf, rulesOf, shiftDays, type RepeatForm } from './recurrence';
import { addDays, civilMs, civilOf, dateOf, daysBetween, durationOf, endOf, parseDuration, type Civil } from './time';

export interface Person {
  /** The participant's id in the event; new people have none yet. */
  id?: string;
  name: string;
  email: string;
  status?: Participant['participationStatus'];
}

export interface Draft {
  calendar: string;
  title: string;
  allDay: boolean;
  /** Wall time in `zone`; for all-day events a date. */
  start: Civil;
  /** Exclusive, as in the model: an all-day event of one day ends on the next date. */
  end: Civil;
  zone: string;
  place: string;
  text: string;
  repeat: RepeatForm;
  free: boolean;
  privacy: Privacy;
  /** Minutes before the start. */
  reminder: number | null;
  people: Person[];
}

export function newDraft(calendar: string, start: Civil, end: Civil, allDay: boolean, zone: string): Draft {
  return {
    calendar, title: '', allDay, start, end, zone, place: '', text: '', repeat: formOf(null, start),
    free: false, privacy: 'public', reminder: null, people: [],
  };
}

function reminderOf(alerts: Event['alerts']): number | null {
  const offset = Object.values(alerts ?? {})[0]?.trigger?.offset;
  if (offset === undefined) return null;
  const { days, ms } = parseDuration(offset);
  return -Math.round(days * 1440 + ms / 60_000);
}

function peopleOf(participants: Event['participants']): Person[] {
  return Object.entries(participants ?? {}).map(([id, one]) => ({
    id,
    name: one.name ?? '',
    email: one.email ?? Object.values(one.sendTo ?? {})[0]?.replace(/^mailto:/, '') ?? '',
    status: one.participationStatus,
  }));
}

/** The event as one occurrence of it is: the series' properties with that occurrence's override on top. */
export function atOccurrence(event: Event, occurrence: Occurrence): Event {
  const override = occurrence.recurrenceId ? event.recurrenceOverrides?.[occurrence.recurrenceId] : undefined;
  const plain = Object.entries(override ?? {}).filter(([key]) => !key.includes('/'));
  return { ...event, ...Object.fromEntries(plain), start: occurrence.recurrenceId ? occurrence.start : event.start };
}

export function draftOf(event: Event, calendar: string, zone: string): Draft {
  const allDay = event.showWithoutTime ?? false;
  const start = allDay ? dateOf(event.start) : event.start;
  return {
    calendar, allDay, start,
    title: event.title ?? '',
    end: endOf(start, event.duration, event.timeZone ?? null, allDay),
    zone: event.timeZone ?? zone,
    place: Object.values(event.locations ?? {})[0]?.name ?? '',
    text: event.description ?? '',
    repeat: formOf(event.recurrenceRules, event.start),
    free: event.freeBusyStatus === 'free',
    privacy: event.privacy ?? 'public',
    reminder: reminderOf(event.alerts),
    people: peopleOf(event.participants),
  };
}

/** The time properties, with the midnight that RFC 8984 wants for a day without time. */
function timesOf(draft: Draft): Pick<Event, 'start' | 'duration' | 'timeZone' | 'showWithoutTime'> {
  return {
    start: draft.allDay ? `${dateOf(draft.start)}T00:00:00` : draft.start,
    duration: durationOf(draft.start, draft.end, draft.allDay ? null : draft.zone, draft.allDay),
    timeZone: draft.allDay ? null : draft.zone,
    showWithoutTime: draft.allDay,
  };
}

function alertsOf(reminder: number | null): Record<string, Alert> | null {
  if (reminder === null) return null;
  return { '1': { '@type': 'Alert', trigger: { '@type': 'OffsetTrigger', offset: `-PT${reminder}M` }, action: 'display' } };
}

function participantsOf(people: Person[], before: Event['participants']): Event['participants'] {
  if (people.length === 0) return null;
  return Object.fromEntries(
    people.map((person, index) => [
      person.id ?? `p${index + 1}-${person.email.replace(/[^\w]/g, '')}`,
      (person.id && before?.[person.id]) || {
        '@type': 'Participant' as const,
        ...(person.name ? { name: person.name } : {}),
        email: person.email,
        sendTo: { imip: `mailto:${person.email}` },
        roles: { attendee: true },
        participationStatus: 'needs-action' as const,
      },
    ]),
  );
}

function placesOf(place: string, before: Event['locations']): Event['locations'] {
  const [key, first] = Object.entries(before ?? {})[0] ?? ['1', undefined];
  const rest = Object.fromEntries(Object.entries(before ?? {}).filter(([other]) => other !== key));
  const all = place ? { [key]: { '@type': 'Location' as const, ...first, name: place }, ...rest } : rest;
  return Object.keys(all).length > 0 ? all : null;
}

export function eventOf(draft: Draft): Event {
  const event: Event = { '@type': 'Event', title: draft.title, ...timesOf(draft) };
  const rules = rulesOf(draft.repeat, draft.allDay);
  if (rules) event.recurrenceRules = rules;
  if (draft.place) event.locations = placesOf(draft.place, null);
  if (draft.text) event.description = draft.text;
  if (draft.free) event.freeBusyStatus = 'free';
  if (draft.privacy !== 'public') event.privacy = draft.privacy;
  if (draft.reminder !== null) event.alerts = alertsOf(draft.reminder);
  if (draft.people.length > 0) event.participants = participantsOf(draft.people, null);
  return event;
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What changed between two drafts of the same event, as a patch over `event` (the properties that the drafts came from). */
export function patchOf(before: Draft, after: Draft, event: Event): EventPatch {
  const patch: EventPatch = {};
  const [was, is] = [timesOf(before), timesOf(after)];
  for (const key of ['start', 'duration', 'timeZone', 'showWithoutTime'] as const) if (!same(was[key], is[key])) patch[key] = is[key];
  if (before.title !== after.title) patch.title = after.title;
  if (before.place !== after.place) patch.locations = placesOf(after.place, event.locations);
  if (before.text !== after.text) patch.description = after.text || null;
  if (before.free !== after.free) patch.freeBusyStatus = after.free ? 'free' : 'busy';
  if (before.privacy !== after.privacy) patch.privacy = after.privacy;
  if (before.reminder !== after.reminder) patch.alerts = alertsOf(after.reminder);
  if (!same(before.people, after.people)) patch.participants = participantsOf(after.people, event.participants);
  if (!same(before.repeat, after.repeat)) patch.recurrenceRules = rulesOf(after.repeat, after.allDay);
  return patch;
}

/**
 * A change of one occurrence's time, meant for the whole series: the series' start moves by as much, and the weekdays
 * of its rule move along. `patch.start` is where the occurrence that began at `from` goes.
 */
export function forWholeSeries(patch: EventPatch, from: Civil, series: Event): EventPatch {
  if (typeof patch.start !== 'string') return patch;
  const moved = civilOf(civilMs(series.start) + civilMs(patch.start) - civilMs(from));
  const days = daysBetween(from, patch.start);
  const whole: EventPatch = { ...patch, start: series.showWithoutTime ? `${dateOf(moved)}T00:00:00` : moved };
  const rules = series.recurrenceRules;
  if (days !== 0 && rules && patch.recurrenceRules === undefined) {
    const shifted = shiftDays(rules, days);
    if (!same(shifted, rules)) whole.recurrenceRules = shifted;
  }
  return whole;
}

/** Keeps the length when the start moves. */
export function withStart(draft: Draft, start: Civil): Draft {
  const length_ms = civilMs(draft.end) - civilMs(draft.start);
  const end = civilOf(civilMs(start) + length_ms);
  return { ...draft, start, end: draft.allDay ? dateOf(end) : end };
}

/** Turns all-day on or off without losing the day. */
export function withAllDay(draft: Draft, allDay: boolean): Draft {
  if (allDay === draft.allDay) return draft;
  if (allDay) {
    const last = draft.end.endsWith('T00:00:00') && dateOf(draft.end) > dateOf(draft.start) ? dateOf(draft.end) : addDays(dateOf(draft.end), 1);
    return { ...draft, allDay, start: dateOf(draft.start), end: last };
  }
  return { ...draft, allDay, start: `${draft.start}T09:00:00`, end: `${addDays(draft.end, -1)}T10:00:00` };
}

/** What keeps a draft from being saved, or nothing. */
export function problemOf(draft: Draft): string | null {
  if (civilMs(draft.end) < civilMs(draft.start)) return 'The end is before the start.';
  if (draft.allDay && draft.end <= draft.start) return 'The last day is before the first.';
  if (draft.repeat.frequency === 'weekly' && draft.repeat.days.length === 0) return 'Choose at least one weekday.';
  if (draft.repeat.ends === 'until' && draft.repeat.until < dateOf(draft.start)) return 'The series ends before it starts.';
  return null;
}
