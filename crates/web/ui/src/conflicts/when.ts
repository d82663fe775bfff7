// When two events overlap, in words.
import type { Overlap } from '../api/types';
import { clock, dayShort } from '../calendar/format';
import { dateOf, toCivil } from '../calendar/time';

/** "Tue 24 Nov, 09:30 – 10:00", and for series how often: "and 3 more until Tue 22 Dec". */
export function when({ start, end, until, times }: Pick<Overlap, 'start' | 'end' | 'until' | 'times'>, zone: string): string {
  const [from, to, last] = [start, end, until].map((at) => toCivil(Date.parse(at), zone)) as [string, string, string];
  const span = dateOf(from) === dateOf(to) ? `${dayShort(from)}, ${clock(from)} – ${clock(to)}` : `${dayShort(from)}, ${clock(from)} – ${dayShort(to)}, ${clock(to)}`;
  return times > 1 ? `${span}, and ${times - 1} more until ${dayShort(last)}` : span;
}
