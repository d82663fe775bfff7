import { describe, expect, it } from 'vitest';
import type { Calendar } from '../api/types';
import { choiceOf } from './filter';
import { linkOf, missing, type Choice } from './build';
import { sharedWords } from './words';

const calendars = ['a', 'b', 'c'].map((id): Calendar => ({ id, name: id.toUpperCase(), color: '#000', readOnly: id === 'c', selected: true, shown: true, health: { state: 'ok' } }));
const choice: Choice = { calendars: ['a', 'b'], direction: 'both', source: '', share: 'everything', title: '', fields: [], showPrivate: false, private: false, filter: choiceOf(), pilot: false, name: '' };

describe('a link from three choices', () => {
  it('both ways shares everything among all', () => {
    expect(linkOf({ ...choice, share: 'busy' }, calendars)).toEqual({
      name: 'A = B',
      members: ['a', 'b'].map((calendar) => ({ calendar, role: 'both', mask: { kind: 'everything', showPrivate: false } })),
    });
  });

  it('shows what is private only when that is wanted', () => {
    const masks = (more: Partial<Choice>) => linkOf({ ...choice, showPrivate: true, ...more }, calendars).members.map((member) => member.mask.showPrivate);
    expect(masks({})).toEqual([true, true]);
    expect(masks({ direction: 'from', source: 'a', share: 'fields' })).toEqual([undefined, true]);
    expect(masks({ direction: 'from', source: 'a', share: 'busy' })).toEqual([undefined, undefined]);
  });

  it('one way masks what the takers get, and nothing of the source', () => {
    const link = linkOf({ ...choice, direction: 'from', source: 'b', share: 'busy', title: 'Away' }, calendars);
    expect(link.name).toBe('B → A');
    expect(link.members).toEqual([
      { calendar: 'a', role: 'target', mask: { kind: 'busy', title: 'Away' } },
      { calendar: 'b', role: 'source', mask: { kind: 'everything' } },
    ]);
    expect(sharedWords(link)).toBe('only “Away”');
  });

  it('gives those who take a filter, and private copies, if wanted', () => {
    const more = { direction: 'from' as const, source: 'a', private: true, filter: { ...choiceOf(), busyOnly: true } };
    const link = linkOf({ ...choice, ...more }, calendars);
    expect(link.members.map((member) => [member.filter, member.mask.private])).toEqual([[undefined, undefined], [{ busyOnly: true }, true]]);
    expect(sharedWords(link)).toBe('everything, marked as private; only what takes up time');
  });

  it('is a pilot if it shall only be shown', () => {
    expect(linkOf(choice, calendars)).not.toHaveProperty('pilot');
    expect(linkOf({ ...choice, pilot: true }, calendars).pilot).toBe(true);
  });

  it('names chosen fields', () => {
    const link = linkOf({ ...choice, direction: 'from', source: 'a', share: 'fields', fields: ['title', 'locations'] }, calendars);
    expect(sharedWords(link)).toBe('title, place');
  });

  it.each([
    [{ calendars: ['a'] }, /two/],
    [{ direction: 'from' as const, source: 'x' }, /comes from/],
    [{ calendars: ['a', 'c'] }, /read only/],
  ])('%j is not yet a link', (change, message) => expect(missing({ ...choice, ...change }, calendars)).toMatch(message));

  it('a read-only calendar can be the source', () => {
    expect(missing({ ...choice, calendars: ['a', 'c'], direction: 'from', source: 'c' }, calendars)).toBeNull();
  });
});
