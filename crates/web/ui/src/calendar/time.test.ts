import { describe, expect, it } from 'vitest';
import {
  addDays, addMonths, durationOf, endOf, minutesBetween, offsetText, parseDuration, rezone, toCivil, toInstant, weekStart,
} from './time';

const berlin = 'Europe/Berlin';

describe('civil time and instants', () => {
  it.each([
    ['2026-11-24T09:00:00', berlin, '2026-11-24T08:00:00.000Z'],
    ['2026-07-01T09:00:00', berlin, '2026-07-01T07:00:00.000Z'],
    ['2026-11-24T09:00:00', 'America/New_York', '2026-11-24T14:00:00.000Z'],
    ['2026-11-24T00:00:00', 'Asia/Kolkata', '2026-11-23T18:30:00.000Z'],
    // 25 October 2026, 02:30 exists twice: the first one counts.
    ['2026-10-25T02:30:00', berlin, '2026-10-25T00:30:00.000Z'],
    // 29 March 2026, 02:30 does not exist: the offset before the gap counts.
    ['2026-03-29T02:30:00', berlin, '2026-03-29T01:30:00.000Z'],
  ])('%s in %s is %s', (civil, zone, instant) => {
    expect(new Date(toInstant(civil, zone)).toISOString()).toBe(instant);
  });

  it('comes back to the same wall time', () => {
    expect(toCivil(toInstant('2026-12-31T23:59:00', berlin), berlin)).toBe('2026-12-31T23:59:00');
    expect(rezone('2026-11-24T09:00:00', berlin, 'America/New_York')).toBe('2026-11-24T03:00:00');
  });

  it('gives offsets as the grid wants them', () => {
    expect(offsetText(berlin, Date.parse('2026-11-24T12:00:00Z'))).toBe('+01:00');
    expect(offsetText('America/St_Johns', Date.parse('2026-11-24T12:00:00.700Z'))).toBe('-03:30');
  });
});

describe('days, weeks, months', () => {
  it.each([
    ['2026-11-23', '2026-11-23'],
    ['2026-11-29', '2026-11-23'],
    ['2026-03-01T10:00:00', '2026-02-23'],
  ])('the week of %s starts on %s', (day, monday) => expect(weekStart(day)).toBe(monday));

  it('adds days over a clock change and months over short ones', () => {
    expect(addDays('2026-10-24T09:00:00', 1)).toBe('2026-10-25T09:00:00');
    expect(addMonths('2026-01-31', 1)).toBe('2026-02-28');
    expect(addMonths('2026-01-15', -1)).toBe('2025-12-15');
    expect(minutesBetween('2026-11-24T09:00:00', '2026-11-24T10:45:00')).toBe(105);
  });
});

describe('durations', () => {
  it.each([
    ['2026-11-24T09:00:00', '2026-11-24T10:30:00', berlin, false, 'PT1H30M'],
    ['2026-11-24T09:00:00', '2026-11-24T09:45:00', berlin, false, 'PT45M'],
    ['2026-10-25T00:00:00', '2026-10-26T00:00:00', berlin, false, 'PT25H'],
    ['2026-11-24', '2026-11-27', null, true, 'P3D'],
    ['2026-11-24', '2026-11-24', null, true, 'P1D'],
  ])('%s to %s in %s is right', (start, end, zone, allDay, duration) => {
    expect(durationOf(start, end, zone, allDay)).toBe(duration);
    if (start !== end) expect(endOf(start, duration, zone, allDay)).toBe(end);
  });

  it('reads weeks, days and signs', () => {
    expect(parseDuration('P1W')).toEqual({ days: 7, ms: 0 });
    expect(parseDuration('-PT15M')).toEqual({ days: -0, ms: -900_000 });
    expect(parseDuration('nonsense')).toEqual({ days: 0, ms: 0 });
  });
});
