import { describe, expect, it } from 'vitest';
import type { Event, Occurrence } from '../api/types';
import { atOccurrence, draftOf, eventOf, forWholeSeries, newDraft, patchOf, problemOf, withAllDay, withStart } from './draft';

const zone = 'Europe/Berlin';
const series: Event = {
  title: 'Recall', start: '2026-11-03T09:00:00', timeZone: zone, duration: 'PT45M',
  recurrenceRules: [{ frequency: 'weekly', byDay: [{ day: 'tu' }] }],
  recurrenceOverrides: { '2026-11-24T09:00:00': { title: 'Recall, longer', duration: 'PT1H' } },
  locations: { a: { name: 'Room 1', coordinates: 'geo:1,2' }, b: { name: 'Video' } },
  alerts: { x: { trigger: { offset: '-PT15M' } } },
  participants: { p: { email: 'ben@example.org', roles: { attendee: true }, participationStatus: 'accepted' } },
};

describe('draft', () => {
  it('of a new event becomes an event with nothing superfluous', () => {
    const draft = { ...newDraft('c', '2026-11-24T09:00:00', '2026-11-24T10:00:00', false, zone), title: 'Check-up' };
    expect(eventOf(draft)).toEqual({
      '@type': 'Event', title: 'Check-up', start: '2026-11-24T09:00:00', duration: 'PT1H', timeZone: zone, showWithoutTime: false,
    });
  });

  it('sends only what changed, and keeps what it does not show', () => {
    const before = draftOf(series, 'c', zone);
    expect(before).toMatchObject({ place: 'Room 1', reminder: 15, end: '2026-11-03T09:45:00' });
    expect(patchOf(before, { ...before }, series)).toEqual({});
    expect(patchOf(before, { ...before, title: 'New', place: 'Room 2' }, series)).toEqual({
      title: 'New',
      locations: { a: { '@type': 'Location', name: 'Room 2', coordinates: 'geo:1,2' }, b: { name: 'Video' } },
    });
    const people = [...before.people, { name: '', email: 'ada@example.org' }];
    expect(patchOf(before, { ...before, people }, series).participants).toMatchObject({ p: { participationStatus: 'accepted' } });
    expect(patchOf(before, { ...before, reminder: null }, series)).toEqual({ alerts: null });
  });

  it('of one occurrence has the override on top', () => {
    const occurrence = { recurrenceId: '2026-11-24T09:00:00', start: '2026-11-24T09:00:00' } as Occurrence;
    const draft = draftOf(atOccurrence(series, occurrence), 'c', zone);
    expect(draft).toMatchObject({ title: 'Recall, longer', start: '2026-11-24T09:00:00', end: '2026-11-24T10:00:00' });
  });

  it('moves the whole series by as much as the occurrence moved, with its weekdays', () => {
    const patch = forWholeSeries({ start: '2026-11-26T10:30:00' }, '2026-11-24T09:00:00', series);
    expect(patch.start).toBe('2026-11-05T10:30:00');
    expect(patch.recurrenceRules).toEqual([{ frequency: 'weekly', byDay: [{ day: 'th' }] }]);
    expect(forWholeSeries({ title: 'x' }, '2026-11-24T09:00:00', series)).toEqual({ title: 'x' });
  });

  it('keeps its length and its day', () => {
    const draft = newDraft('c', '2026-11-24T09:00:00', '2026-11-24T10:30:00', false, zone);
    expect(withStart(draft, '2026-11-25T23:00:00').end).toBe('2026-11-26T00:30:00');
    expect(withAllDay(draft, true)).toMatchObject({ start: '2026-11-24', end: '2026-11-25' });
    expect(withAllDay(withAllDay(draft, true), false)).toMatchObject({ start: '2026-11-24T09:00:00', end: '2026-11-24T10:00:00' });
  });

  it('says what is wrong', () => {
    const draft = newDraft('c', '2026-11-24T09:00:00', '2026-11-24T08:00:00', false, zone);
    expect(problemOf(draft)).toMatch(/end/);
    expect(problemOf({ ...draft, end: '2026-11-24T10:00:00' })).toBeNull();
  });
});
