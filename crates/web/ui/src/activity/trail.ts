// One trail from those of all copies of an appointment.
import type { Why, WhyEntry } from '../api/types';

/** Newest first; what several trails tell (a server may tell the whole story in each) stands once. */
export function mergeTrails(trails: Why[]): WhyEntry[] {
  const entries = new Map<string, WhyEntry>();
  for (const entry of trails.flatMap((trail) => trail.entries)) {
    const key = [entry.at, entry.position, entry.calendar, entry.rule, entry.text].join('|');
    if (!entries.has(key)) entries.set(key, entry);
  }
  return [...entries.values()].sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
}
