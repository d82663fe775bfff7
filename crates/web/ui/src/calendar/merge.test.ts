import { describe, expect, it } from 'vitest';
import type { Calendar, Occurrence } from '../api/types';
import { mergeLinked } from './merge';

const calendar = (id: string, shown = true): Calendar => ({
  id, name: id, color: '#123456', readOnly: false, selected: true, shown, health: { state: 'ok' },
});
const occurrence = (event: string, of: string, more: Partial<Occurrence> = {}): Occurrence => ({
  event, calendar: of, start: '2026-11-24T09:00:00', end: '2026-11-24T10:00:00', timeZone: 'Europe/Berlin', allDay: false,
  title: event, status: 'confirmed', busy: 'busy', privacy: 'public', recurring: false, etag: '"1"', masked: false, pending: false, ...more,
});
const zone = 'Europe/Berlin';

describe('linked copies', () => {
  const three = [occurrence('m1', 'm', { linked: 'L' }), occurrence('g1', 'g', { linked: 'L' }), occurrence('c1', 'c', { linked: 'L' })];

  it('are shown once, as the first calendar, with all badges', () => {
    const shown = mergeLinked(three, [calendar('g'), calendar('m'), calendar('c')], zone);
    expect(shown).toHaveLength(1);
    expect(shown[0]!.occurrence.event).toBe('g1');
    expect(shown[0]!.copies.map((copy) => copy.calendar)).toEqual(['g', 'm', 'c']);
  });

  it('stay visible as another copy when one calendar is hidden, and go when all are', () => {
    expect(mergeLinked(three, [calendar('g', false), calendar('m'), calendar('c')], zone)[0]!.occurrence.event).toBe('m1');
    expect(mergeLinked(three, ['g', 'm', 'c'].map((id) => calendar(id, false)), zone)).toEqual([]);
  });

  it('prefer the copy that is not masked', () => {
    const masked = [occurrence('g1', 'g', { linked: 'L', masked: true, title: 'Busy' }), occurrence('p1', 'p', { linked: 'L', title: 'Dentist' })];
    expect(mergeLinked(masked, [calendar('g'), calendar('p')], zone)[0]!.occurrence.title).toBe('Dentist');
  });

  it('are not masked when they show the title of their original', () => {
    const bare = [occurrence('g1', 'g', { linked: 'L', masked: true, title: 'Leave' }), occurrence('c1', 'c', { linked: 'L', title: 'Leave' })];
    expect(mergeLinked(bare, [calendar('g'), calendar('c')], zone)[0]!.occurrence).toMatchObject({ event: 'g1', masked: false });
  });

  it('of a series join per occurrence, also when the copies use different zones', () => {
    const series = [
      occurrence('g1', 'g', { linked: 'L', recurring: true, recurrenceId: '2026-11-24T09:00:00' }),
      occurrence('g1', 'g', { linked: 'L', recurring: true, recurrenceId: '2026-12-01T09:00:00', start: '2026-12-01T09:00:00', end: '2026-12-01T10:00:00' }),
      occurrence('m1', 'm', { linked: 'L', recurring: true, recurrenceId: '2026-11-24T08:00:00', timeZone: 'UTC' }),
    ];
    const shown = mergeLinked(series, [calendar('g'), calendar('m')], zone);
    expect(shown.map((one) => one.copies.length)).toEqual([2, 1]);
  });
});

it('shows instants in the zone of the viewer and leaves all-day dates alone', () => {
  const shown = mergeLinked(
    [
      occurrence('a', 'g', { startInstant: '2026-11-24T23:30:00Z', endInstant: '2026-11-25T00:30:00Z' }),
      occurrence('b', 'g', { allDay: true, start: '2026-11-24', end: '2026-11-25', timeZone: null }),
      occurrence('c', 'g', { timeZone: null }),
    ],
    [calendar('g')],
    'America/New_York',
  );
  expect(shown.map((one) => `${one.occurrence.event} ${one.start}`)).toEqual([
    'b 2026-11-24', 'c 2026-11-24T09:00:00', 'a 2026-11-24T18:30:00',
  ]);
});
