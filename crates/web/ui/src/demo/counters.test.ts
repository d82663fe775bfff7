import { describe, expect, it } from 'vitest';
import { differing, doubled, Echoes, missing, Settling } from './counters';
import type { PaneEvent } from './pane';

const event = (title: string, start = 0, more: Partial<PaneEvent> = {}): PaneEvent => ({
  id: `${title}${Math.random()}`, title, start, end: start + 1, allDay: false, content: '', ref: {}, ...more,
});

describe('comparing panes', () => {
  it('finds what one has and another has not', () => {
    expect(missing([[event('a'), event('b')], [event('a')], [event('b'), event('a')]])).toEqual(['at 0 b']);
    expect(missing([[event('a')], [event('a', 5)]])).toHaveLength(2);
    expect(missing([[event('a')], [event('a')]])).toEqual([]);
  });
  it('tells an all-day event from one at midnight', () => {
    expect(missing([[event('a')], [event('a', 0, { allDay: true })]])).toHaveLength(2);
  });
  it('finds what stands twice in one pane, once', () => {
    expect(doubled([[event('a'), event('a'), event('a')], [event('a')]])).toEqual(['at 0 a']);
    expect(doubled([[event('a'), event('a', 9)], [event('a')]])).toEqual([]);
  });
  it('counts what changed in one of them', () => {
    const before = [event('a'), event('b'), event('c')];
    expect(differing(before, [event('c'), event('a'), event('b')])).toBe(0);
    expect(differing(before, [event('a', 9), event('b'), event('c')])).toBe(1);
    expect(differing(before, [event('a', 0, { content: 'Room 2' }), event('b'), event('c')])).toBe(1);
    expect(differing(before, [event('a')])).toBe(2);
    expect(differing(before, [...before, event('d'), event('a')])).toBe(2);
  });
});

it('counts only what stays wrong without a break', () => {
  const settling = new Settling(5000);
  expect(settling.update(['x'], 0)).toBe(0);
  expect(settling.waiting).toBe(true);
  expect(settling.update(['x', 'y'], 4900)).toBe(0);
  expect(settling.update(['x', 'y'], 5000)).toBe(1);
  expect(settling.update([], 6000)).toBe(0);
  expect(settling.update(['x'], 7000)).toBe(0);
  expect(settling.waiting).toBe(true);
});

it('waits while others come right', () => {
  const settling = new Settling(5000);
  expect(settling.update(['x', 'y', 'z'], 0)).toBe(0);
  expect(settling.update(['y', 'z'], 4000)).toBe(0);
  expect(settling.update(['y', 'z'], 6000)).toBe(0);
  expect(settling.update(['z'], 8000)).toBe(0);
  expect(settling.update(['z'], 12_000)).toBe(0);
  expect(settling.update(['z'], 13_000)).toBe(1);
});

describe('echoes', () => {
  const watched = () => {
    const echoes = new Echoes(5000);
    echoes.written('google', 10, 0);
    echoes.written('caldav', 7, 0);
    return echoes;
  };
  const countAt = (echoes: Echoes, now_ms: number) => {
    echoes.settle(now_ms);
    return echoes.count;
  };

  it('are writes that change nothing', () => {
    const echoes = watched();
    echoes.written('google', 12, 20_000);
    expect(countAt(echoes, 20_000)).toBe(0);
    expect(countAt(echoes, 25_001)).toBe(2);
    expect(countAt(echoes, 40_000)).toBe(2);
  });
  it('are found right behind the move that they echo', () => {
    const echoes = watched();
    for (const provider of ['google', 'caldav']) echoes.changed(provider, 1, 20_000);
    echoes.written('google', 11, 20_500);
    echoes.written('caldav', 9, 20_500);
    expect(countAt(echoes, 26_000)).toBe(1);
  });
  it('are not excused by a change at another provider', () => {
    const echoes = watched();
    echoes.changed('caldav', 3, 20_000);
    echoes.written('google', 11, 20_000);
    expect(countAt(echoes, 26_000)).toBe(1);
  });
  it('are found however long they go on', () => {
    const echoes = watched();
    echoes.changed('google', 1, 20_000);
    for (let n = 1; n <= 30; n++) {
      echoes.written('google', 10 + n, 20_000 + n * 1000);
      echoes.settle(20_000 + n * 1000);
    }
    expect(countAt(echoes, 60_000)).toBe(29);
  });
  it('are not writes whose change is read a moment later, or was before', () => {
    const echoes = watched();
    echoes.written('google', 12, 20_000);
    expect(countAt(echoes, 20_000)).toBe(0);
    echoes.changed('google', 2, 22_000);
    expect(countAt(echoes, 30_000)).toBe(0);
    echoes.changed('google', 1, 40_000);
    expect(countAt(echoes, 42_000)).toBe(0);
    echoes.written('google', 13, 44_000);
    expect(countAt(echoes, 60_000)).toBe(0);
  });
  it('are not hidden for ever by a change of many appointments at once', () => {
    const echoes = watched();
    echoes.changed('google', 6, 20_000);
    echoes.written('google', 11, 20_000);
    echoes.settle(26_000);
    echoes.written('google', 12, 30_000);
    expect(countAt(echoes, 40_000)).toBe(1);
  });
  it('survive a counter that starts again', () => {
    const echoes = watched();
    echoes.written('google', 0, 20_000);
    expect(countAt(echoes, 40_000)).toBe(0);
    echoes.written('google', 1, 50_000);
    expect(countAt(echoes, 60_000)).toBe(1);
  });
});
