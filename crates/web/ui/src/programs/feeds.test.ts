import { expect, it } from 'vitest';
import type { Calendar } from '../api/types';
import { describe as say } from './feeds';

it('says what a feed shows, and of which calendar', () => {
  const calendar = { name: 'Practice' } as Calendar;
  const feed = { id: 'f', name: 'Website', created: '', shows: 'outline' as const, showPrivate: false };
  expect(say({ feed, calendar })).toBe('Practice: when, what and where');
  expect(say({ feed: { ...feed, showPrivate: true }, calendar })).toBe('Practice: when, what and where, private appointments, too');
});
