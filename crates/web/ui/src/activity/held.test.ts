import { expect, it } from 'vitest';
import { heldWords } from './held';

it('a held write says what it would do and how many people it would notify', () => {
  expect(heldWords({ title: 'Board', operation: 'update', notifies: 2 }, 'Practice')).toBe('Changed through a link, but not in “Practice”: “Board”. That will notify 2 people.');
  expect(heldWords({ title: '', operation: 'delete', notifies: 1 })).toBe('Deleted through a link, but not in “a calendar”: “Untitled”. That will notify 1 person.');
});

it('what is held since a backup was restored says what would be written', () => {
  expect(heldWords({ title: 'Crown fitting', operation: 'update' }, 'Practice')).toBe('“Crown fitting” would be changed in “Practice”.');
});
