import { describe, expect, it } from 'vitest';
import type { Link } from '../api/types';
import { changeOf, termsOf } from './change';
import { stateWords } from './words';

const link: Link = {
  id: 'l', name: 'Private time', state: 'active', onConflict: 'newest', events: 3, waiting: 0,
  members: [
    { calendar: 'p', role: 'source', mask: { kind: 'everything', showPrivate: false } },
    { calendar: 'g', role: 'target', mask: { kind: 'busy', title: 'Busy' } },
    { calendar: 'm', role: 'target', mask: { kind: 'busy', title: 'Busy' }, away: true },
  ],
};
const changed = (more: object) => changeOf(link, { ...termsOf(link), ...more });

it('a pilot says how much it would write', () => {
  expect(stateWords({ ...link, members: [], pilot: true, waiting: 3 })).toBe('pilot: 3 would be written');
});

describe('a change of a link', () => {
  it('is empty when nothing was chosen', () => {
    expect(termsOf(link)).toMatchObject({ share: 'busy', title: 'Busy', away: ['m'] });
    expect(changed({})).toEqual({});
    expect(changed({ name: ' ' })).toEqual({});
  });

  it('names only what differs', () => {
    expect(changed({ name: 'Own time' })).toEqual({ name: 'Own time' });
    expect(changed({ onConflict: 'ask' })).toEqual({ onConflict: 'ask' });
    expect(changed({ pilot: true })).toEqual({ pilot: true });
    expect(changed({ allowNotify: true })).toEqual({ allowNotify: true });
    expect(changeOf({ ...link, pilot: true }, termsOf(link))).toEqual({ pilot: false });
  });

  it('gives the mask to those who take, and to nobody else', () => {
    const { members } = changed({ share: 'fields', fields: ['title'] });
    expect(members!.map((member) => member.mask)).toEqual([
      { kind: 'everything', showPrivate: false }, { kind: 'fields', fields: ['title'], showPrivate: false }, { kind: 'fields', fields: ['title'], showPrivate: false },
    ]);
    expect(members!.map((member) => member.away)).toEqual([false, false, true]);
  });

  it('gives the filter to those who take, and takes it back', () => {
    const filter = { ...termsOf(link).filter, allDay: 'exclude' as const };
    const { members } = changed({ filter });
    expect(members!.map((member) => member.filter)).toEqual([undefined, { allDay: 'exclude' }, { allDay: 'exclude' }]);
    const sifted = { ...link, members: members! };
    expect(changeOf(sifted, { ...termsOf(sifted), filter: termsOf(link).filter }).members!.map((member) => member.filter)).toEqual([undefined, undefined, undefined]);
    expect(changed({ private: true }).members!.map((member) => member.mask.private)).toEqual([undefined, true, true]);
  });

  it('lets calendars go and come back without touching a mask', () => {
    const { members } = changed({ away: ['g'] });
    expect(members!.map((member) => member.away)).toEqual([false, true, false]);
    expect(members!.map((member) => member.mask)).toEqual(link.members.map((member) => member.mask));
  });
});
