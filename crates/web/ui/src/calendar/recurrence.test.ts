import { describe, expect, it } from 'vitest';
import type { RecurrenceRule } from '../api/types';
import { formOf, rulesOf, sentenceOf, shiftDays } from './recurrence';

const start = '2026-11-24T09:00:00'; // a Tuesday

describe('rule → form → rule', () => {
  const rules: RecurrenceRule[] = [
    { frequency: 'daily' },
    { frequency: 'weekly', interval: 2, byDay: [{ '@type': 'NDay', day: 'mo' }, { '@type': 'NDay', day: 'th' }] },
    { frequency: 'monthly', count: 6 },
    { frequency: 'yearly' },
    { frequency: 'weekly', byDay: [{ '@type': 'NDay', day: 'tu' }], until: '2027-01-31T23:59:59' },
  ];
  it.each(rules)('%j survives', (rule) => {
    expect(rulesOf(formOf([rule], start), false)).toEqual([{ '@type': 'RecurrenceRule', ...rule }]);
  });

  it.each<RecurrenceRule>([
    { frequency: 'monthly', byDay: [{ day: 'tu', nthOfPeriod: -1 }] },
    { frequency: 'hourly' },
    { frequency: 'daily', byMonth: ['1'] },
    { frequency: 'weekly', firstDayOfWeek: 'su' },
  ])('%j cannot be shown and is kept untouched', (rule) => {
    const form = formOf([rule], start);
    expect(form.frequency).toBe('custom');
    expect(rulesOf(form, false)).toEqual([rule]);
  });

  it('has no rule for "none", and dates for an all-day until', () => {
    expect(rulesOf(formOf(null, start), false)).toBeNull();
    const form = { ...formOf([{ frequency: 'daily' }], start), ends: 'until' as const, until: '2026-12-01' };
    expect(rulesOf(form, true)?.[0]?.until).toBe('2026-12-01T00:00:00');
  });

  it('starts from the weekday of the event', () => {
    expect(formOf(null, start).days).toEqual(['tu']);
  });
});

it('moves the weekdays of a series that moves', () => {
  const rule: RecurrenceRule = { frequency: 'weekly', byDay: [{ day: 'fr' }, { day: 'su' }] };
  expect(shiftDays([rule], 1)[0]?.byDay).toEqual([{ day: 'sa' }, { day: 'mo' }]);
  expect(shiftDays([rule], -4)[0]?.byDay).toEqual([{ day: 'mo' }, { day: 'we' }]);
  expect(shiftDays([rule], 7)).toEqual([rule]);
});

it('says the rule in words', () => {
  const form = formOf([{ frequency: 'weekly', interval: 2, byDay: [{ day: 'mo' }], count: 4 }], start);
  expect(sentenceOf(form, start)).toBe('Every 2 weeks on Monday, 4 times');
});
