import { describe, expect, it } from 'vitest';
import { doneWords, runWords } from './runs';

describe('runs in words', () => {
  it('say what they were', () => {
    expect(runWords({ id: 'r', kind: 'pull', calendar: 'c', at: '', copies: 1 }, 'Practice')).toBe('“Practice” was read: one appointment');
    expect(runWords({ id: 'r', kind: 'link', link: 'l', at: '', copies: 4 }, undefined, 'All')).toBe('The link “All” was made: 4 appointments');
    expect(runWords({ id: 'r', kind: 'link', link: 'gone', at: '', copies: 4 })).toBe('The link was made: 4 appointments');
  });

  it('say what undoing them left', () => {
    expect(doneWords({ copies: 3, left: [] })).toBe('Undone: 3 appointments.');
    const left = [{ event: 'e', calendar: 'c', title: 'T', reason: 'changed since: title' }, { event: 'f', calendar: 'c', title: 'U', reason: 'it was changed since' }];
    expect(doneWords({ copies: 1, left })).toBe('Undone: one appointment; 2 appointments left as they are.');
  });
});
