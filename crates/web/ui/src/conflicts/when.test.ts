import { expect, it } from 'vitest';
import { when } from './when';

it('says when two appointments meet', () => {
  const once = { start: '2026-11-24T08:30:00Z', end: '2026-11-24T09:00:00Z', until: '2026-11-24T09:00:00Z', times: 1 };
  expect(when(once, 'Europe/Berlin')).toBe('Tue 24 Nov, 09:30 – 10:00');
  expect(when({ ...once, until: '2026-12-22T09:00:00Z', times: 4 }, 'Europe/Berlin')).toBe('Tue 24 Nov, 09:30 – 10:00, and 3 more until Tue 22 Dec');
  expect(when({ ...once, end: '2026-11-25T09:00:00Z' }, 'Europe/Berlin')).toBe('Tue 24 Nov, 09:30 – Wed 25 Nov, 10:00');
});
