// The states of a connection in words, and what a person can do about each.
import type { ConnectionState } from '../api/types';

const words: Record<ConnectionState, string> = { ok: 'In step', reconnect: 'Needs you', failing: 'Having trouble', paused: 'Paused' };
const advice: Record<ConnectionState, string> = {
  ok: '',
  reconnect: 'The permission has expired or was taken back. Connect this account again; nothing is deleted meanwhile.',
  failing: 'Kalends keeps trying. Changes you make here are kept and sent as soon as it works again.',
  paused: 'Nothing is read or written until it is resumed.',
};

export const healthWord = (state: ConnectionState): string => words[state] ?? state;
export const healthAdvice = (state: ConnectionState): string => advice[state] ?? '';
