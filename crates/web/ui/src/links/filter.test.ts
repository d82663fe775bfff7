import { describe, expect, it } from 'vitest';
import type { Filter } from '../api/types';
import { choiceOf, filterOf, filterWords } from './filter';

const filter: Filter = {
  hours: { from: '08:00', to: '12:30', days: ['mo', 'fr'] }, allDay: 'exclude', categories: { noneOf: ['Draft'] }, answers: ['accepted', 'tentative'],
  busyOnly: true, text: { anyOf: ['board', 'team meeting'], noneOf: ['lunch'] }, horizon: { back: 0, ahead: 90 }, skipIfInvited: true,
};

describe('a filter', () => {
  it('that says nothing is none', () => {
    expect(filterOf(choiceOf())).toBeUndefined();
    expect(filterWords(undefined)).toBe('');
  });

  it('comes back from the form as it was', () => {
    expect(filterOf(choiceOf(filter))).toEqual(filter);
    expect(filterOf(choiceOf({ horizon: { ahead: 7 } }))).toEqual({ horizon: { ahead: 7 } });
  });

  it('takes words between commas, and numbers as inputs give them', () => {
    const choice = { ...choiceOf(), text: ' a , , b c', ahead: 30 as unknown as string, back: null as unknown as string };
    expect(filterOf(choice)).toEqual({ text: { anyOf: ['a', 'b c'] }, horizon: { ahead: 30 } });
  });

  it('is said in words', () => {
    expect(filterWords(filter)).toBe(
      '08:00–12:30 on Mon, Fri, no whole days, what takes up time, accepted or maybe, with “board” or “team meeting”, without “lunch”, not in category “Draft”, 0 days back, 90 days ahead, where I am not invited myself',
    );
  });
});
