import { describe, expect, it } from 'vitest';
import { allDayOf, blocksOf, daysFrom } from './layout';
import type { PaneEvent } from './pane';

const at = (title: string, start: string, minutes: number): PaneEvent => ({
  id: title, title, start: Date.parse(start), end: Date.parse(start) + minutes * 60_000, allDay: false, content: '', ref: {},
});
const day = '2026-11-24';

it('puts hours where they belong in the zone of the viewer', () => {
  const [block] = blocksOf([at('a', '2026-11-24T12:00:00Z', 60)], day, 'Europe/Berlin');
  expect(block).toMatchObject({ top: 50, columns: 1 });
  expect(blocksOf([at('late', '2026-11-24T22:00:00Z', 60)], day, 'Europe/Berlin')).toEqual([]);
});

it('puts what overlaps side by side, and only that', () => {
  const events = [at('a', '2026-11-24T08:00:00Z', 60), at('b', '2026-11-24T08:30:00Z', 60), at('c', '2026-11-24T09:00:00Z', 30), at('d', '2026-11-24T11:00:00Z', 30)];
  const blocks = blocksOf(events, day, 'UTC');
  expect(blocks.map((block) => [block.event.title, block.column, block.columns])).toEqual([['a', 0, 2], ['b', 1, 2], ['c', 0, 2], ['d', 0, 1]]);
});

it('knows which days an all-day appointment touches', () => {
  const leave: PaneEvent = { ...at('leave', '2026-11-23T00:00:00Z', 2880), allDay: true };
  expect(['2026-11-22', '2026-11-23', '2026-11-24', '2026-11-25'].map((one) => allDayOf([leave], one).length)).toEqual([0, 1, 1, 0]);
});

describe('days', () => {
  it('begin today, or after the weekend', () => {
    expect(daysFrom('2026-11-24', 2)).toEqual(['2026-11-24', '2026-11-25']);
    expect(daysFrom('2026-11-28', 2)).toEqual(['2026-11-30', '2026-12-01']);
    expect(daysFrom('2026-11-29', 1)).toEqual(['2026-11-30']);
  });
  it('leave weekends out', () => {
    expect(daysFrom('2026-11-27', 3)).toEqual(['2026-11-27', '2026-11-30', '2026-12-01']);
  });
  it('can be turned over, both ways', () => {
    expect(daysFrom('2026-11-26', 2, 2)).toEqual(['2026-11-30', '2026-12-01']);
    expect(daysFrom('2026-11-23', 2, -2)).toEqual(['2026-11-19', '2026-11-20']);
    expect(daysFrom('2026-11-28', 2, -2)).toEqual(['2026-11-26', '2026-11-27']);
  });
});
