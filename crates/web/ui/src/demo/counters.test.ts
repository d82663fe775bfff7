import { describe, expect, it } from 'vitest';
import { contentOf, doubled, Echoes, missing, Settling } from './counters';
import type { PaneEvent } from './pane';

const event = (title: string, start = 0, more: Partial<PaneEvent> = {}): PaneEvent => ({
  id: `${title}${Math.random()}`, title, start, end: start + 1, allDay: false, rest: '', ref: {}, ...more,
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
  it('gives a text that does not depend on order or ids', () => {
    expect(contentOf([[event('a'), event('b')]])).toBe(contentOf([[event('b'), event('a')]]));
    expect(contentOf([[event('a')]])).not.toBe(contentOf([[event('a', 0, { rest: 'Room 2' })]]));
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

describe('echoes', () => {
  it('are writes that nothing explains', () => {
    const echoes = new Echoes(5000);
    echoes.observe(10, 'same', 0);
    echoes.observe(12, 'same', 20_000);
    expect(echoes.count).toBe(0);
    echoes.observe(12, 'same', 26_000);
    expect(echoes.count).toBe(2);
  });
  it('are not writes after somebody moved something', () => {
    const echoes = new Echoes(5000);
    echoes.observe(10, 'same', 0);
    echoes.acted(19_000);
    echoes.observe(12, 'same', 20_000);
    echoes.observe(12, 'same', 40_000);
    expect(echoes.count).toBe(0);
  });
  it('are not writes whose cause is read a moment later', () => {
    const echoes = new Echoes(5000);
    echoes.observe(10, 'before', 0);
    echoes.observe(12, 'before', 20_000);
    echoes.observe(12, 'after', 22_000);
    echoes.observe(12, 'after', 40_000);
    expect(echoes.count).toBe(0);
  });
  it('survive a counter that starts again', () => {
    const echoes = new Echoes(5000);
    echoes.observe(10, 'same', 0);
    echoes.observe(0, 'same', 20_000);
    echoes.observe(0, 'same', 40_000);
    expect(echoes.count).toBe(0);
  });
});
