import { describe, expect, it } from 'vitest';
import { say, unitName, writer } from './say';

describe('a value in words', () => {
  it.each([
    ['title', 'Check-up', 'Check-up'],
    ['title', null, 'Nothing'],
    ['start', { start: '2026-11-24T09:00:00', duration: 'PT1H', timeZone: 'Europe/Berlin' }, 'Tue 24 Nov, 09:00 – 10:00'],
    ['start', { start: '2026-11-24T00:00:00', duration: 'P1D', showWithoutTime: true }, 'Tue 24 Nov'],
    ['recurrenceRules', [{ frequency: 'weekly', byDay: [{ day: 'mo' }] }], 'Every week on Monday'],
    ['recurrenceRules', [{ frequency: 'monthly', interval: 2 }], 'Every 2 months'],
    ['recurrenceOverrides', { '2026-12-01T09:00:00': { excluded: true } }, 'Tue 1 Dec, 09:00: cancelled'],
    ['recurrenceOverrides', { '2026-12-01T09:00:00': { start: '2026-12-01T14:00:00', title: 'Later' } }, 'Tue 1 Dec, 09:00: at 14:00, Title: Later'],
    ['participants', { a: { name: 'Ben', participationStatus: 'declined' } }, 'Ben does not come'],
    ['locations', { a: { name: 'Room 2' } }, 'Room 2'],
    ['keywords', { recall: true, urgent: true }, 'recall, urgent'],
    ['status', 'tentative', 'tentative'],
  ])('%s %j', (unit, value, text) => expect(say(unit, value)).toBe(text));
});

it('names units and writers', () => {
  expect(unitName('description')).toBe('Text');
  expect(unitName('priority')).toBe('priority');
  expect(writer({ who: 'Ada' })).toBe('Ada, in Kalends');
  expect(writer({ calendar: 'cal-google' })).toBe('in its own app');
});
