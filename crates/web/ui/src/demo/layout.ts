// Where appointments stand in a pane: a column per day, hours downwards, overlapping ones side by side.
import { addDays, civilMs, dateOf, toCivil, weekdayOf, weekStart, type Civil } from '../calendar/time';
import type { PaneEvent } from './pane';

export const firstHour = 7;
export const lastHour = 19;
const day_minutes = (lastHour - firstHour) * 60;

export interface Block {
  event: PaneEvent;
  day: Civil;
  /** Percent of the column's height. */
  top: number;
  height: number;
  /** Column among those that overlap, and how many there are. */
  column: number;
  columns: number;
}

/** Minutes after the first hour shown. */
export const minutesOf = (civil: Civil): number => Number(civil.slice(11, 13)) * 60 + Number(civil.slice(14, 16)) - firstHour * 60;

/** Timed appointments of one day. */
export function blocksOf(events: PaneEvent[], day: Civil, zone: string): Block[] {
  const blocks: Block[] = [];
  for (const event of events) {
    if (event.allDay) continue;
    const start = toCivil(event.start, zone);
    if (dateOf(start) !== day) continue;
    const from = Math.max(0, minutesOf(start));
    const to = Math.min(day_minutes, minutesOf(start) + (event.end - event.start) / 60_000);
    if (to <= 0 || from >= day_minutes) continue;
    blocks.push({ event, day, top: (from / day_minutes) * 100, height: (Math.max(20, to - from) / day_minutes) * 100, column: 0, columns: 1 });
  }
  blocks.sort((a, b) => a.top - b.top || b.height - a.height || a.event.title.localeCompare(b.event.title));
  return arrange(blocks);
}

/** Greedy columns within each cluster of overlapping blocks. */
function arrange(blocks: Block[]): Block[] {
  let cluster: Block[] = [];
  let ends: number[] = [];
  const close = () => {
    for (const block of cluster) block.columns = ends.length;
    cluster = [];
    ends = [];
  };
  for (const block of blocks) {
    if (ends.length > 0 && ends.every((end) => end <= block.top + 0.01)) close();
    const free = ends.findIndex((end) => end <= block.top + 0.01);
    block.column = free >= 0 ? free : ends.length;
    ends[block.column] = block.top + block.height;
    cluster.push(block);
  }
  close();
  return blocks;
}

/** All-day appointments that touch a day. */
export function allDayOf(events: PaneEvent[], day: Civil): PaneEvent[] {
  const at = civilMs(day);
  return events.filter((event) => event.allDay && event.start <= at && event.end > at);
}

/** The working days that a pane shows: from today, or from the Monday after a weekend, and `shift` working days on. */
export function daysFrom(today: Civil, count: number, shift = 0): Civil[] {
  const from = weekdayOf(today) > 5 ? addDays(weekStart(today), 7) : dateOf(today);
  const index = weekdayOf(from) - 1 + shift;
  return Array.from({ length: count }, (_, nth) => {
    const days = index + nth;
    return addDays(weekStart(from), 7 * Math.floor(days / 5) + (((days % 5) + 5) % 5));
  });
}
