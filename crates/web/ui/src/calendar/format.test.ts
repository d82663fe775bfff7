import { expect, it } from 'vitest';
import { isPale } from './format';

it('knows on which colours white cannot be read', () => {
  expect(['#9fe1e7', '#ffe066'].map(isPale)).toEqual([true, true]);
  expect(['#2f6fb5', '#a63a50', '#4a6572'].map(isPale)).toEqual([false, false, false]);
});
