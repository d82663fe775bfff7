import { expect, it } from 'vitest';
import type { WhyEntry } from '../api/types';
import { mergeTrails } from './trail';

const entry = (at: string, text: string): WhyEntry => ({ at, text, rule: 'r', calendar: 'c' });

it('tells each step once, newest first', () => {
  const [a, b, c] = [entry('2026-11-24T09:00:00Z', 'a'), entry('2026-11-24T09:00:01Z', 'b'), entry('2026-11-24T09:00:02Z', 'c')];
  expect(mergeTrails([{ entries: [b, a] }, { entries: [c, { ...a }] }]).map((one) => one.text)).toEqual(['c', 'b', 'a']);
});
