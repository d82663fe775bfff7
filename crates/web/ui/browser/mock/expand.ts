// Occurrences of an event in a window of civil days: only what the seeded events need.
import type { Event, RecurrenceRule } from '../../src/api/types.ts';
import { addDays, addMonths, civilMs, dateOf, weekdayOf, weekStart } from '../../src/calendar/time.ts';

export interface Instance {
  recurrenceId?: string;
  event: Event;
}

const weekdays = ['mo', 'tu', 'we', 'th', 'fr', 'sa', 'su'];

function* starts(start: string, rule: RecurrenceRule): Generator<string> {
  const time = start.slice(10);
  const interval = rule.interval ?? 1;
  if (rule.frequency === 'weekly' && rule.byDay?.length) {
    for (let week = weekStart(start); ; week = addDays(week, 7 * interval)) {
      for (let day = 0; day < 7; day++) {
        const date = addDays(week, day);
        if (date >= dateOf(start) && rule.byDay.some((by) => weekdays.indexOf(by.day) === weekdayOf(date) - 1)) yield date + time;
      }
    }
  }
  for (let index = 0; ; index++) {
    const by = index * interval;
    if (rule.frequency === 'daily') yield addDays(start, by);
    else if (rule.frequency === 'weekly') yield addDays(start, by * 7);
    else yield addMonths(start, rule.frequency === 'yearly' ? by * 12 : by);
  }
}

/** All instances that start in [first, end), counted in the event's own wall time. */
export function expand(event: Event, first: string, end: string): Instance[] {
  const rule = event.recurrenceRules?.[0];
  const overrides = event.recurrenceOverrides ?? {};
  if (!rule) return event.start < end && event.start >= addDays(first, -8) ? [{ event }] : [];
  const found: Instance[] = [];
  let count = 0;
  for (const start of starts(event.start, rule)) {
    if (start >= end || (rule.until && start > rule.until) || (rule.count && count >= rule.count) || count > 3000) break;
    count++;
    if (civilMs(start) < civilMs(first) - 86_400_000 * 8) continue;
    const override = overrides[start];
    if (override?.excluded) continue;
    found.push({ recurrenceId: start, event: { ...event, start, ...override } as Event });
  }
  return found;
}
