// Dates and times as people read them. Civil times are formatted as UTC, because they already are wall times.
import { addDays, civilMs, dateOf, daysBetween, type Civil } from './time';

const locale = typeof navigator === 'undefined' ? 'en-GB' : navigator.language === 'en-US' ? 'en-US' : 'en-GB';
const cache = new Map<string, Intl.DateTimeFormat>();

function format(civil: Civil, options: Intl.DateTimeFormatOptions): string {
  const key = JSON.stringify(options);
  let found = cache.get(key);
  if (!found) cache.set(key, (found = new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' })));
  return found.format(civilMs(civil));
}

export const dayLong = (civil: Civil) => format(civil, { weekday: 'long', day: 'numeric', month: 'long' });
export const dayShort = (civil: Civil) => format(civil, { weekday: 'short', day: 'numeric', month: 'short' });
export const dayFull = (civil: Civil) => format(civil, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
export const monthYear = (civil: Civil) => format(civil, { month: 'long', year: 'numeric' });
export const clock = (civil: Civil) => format(civil, { hour: '2-digit', minute: '2-digit' });
export const weekdayShort = (civil: Civil) => format(civil, { weekday: 'short' });

/** "Tue 24 November, 09:00 – 10:30", with no more than the reader needs. */
export function span(start: Civil, end: Civil, allDay: boolean): string {
  if (allDay) {
    const last = addDays(dateOf(end), -1);
    return daysBetween(start, last) > 0 ? `${dayShort(start)} – ${dayShort(last)}` : `${dayLong(start)}, all day`;
  }
  if (dateOf(start) === dateOf(end)) return `${dayLong(start)}, ${clock(start)} – ${clock(end)}`;
  return `${dayShort(start)}, ${clock(start)} – ${dayShort(end)}, ${clock(end)}`;
}

/** The heading of a range of days: "16 – 22 November 2026". */
export function rangeTitle(first: Civil, last: Civil): string {
  if (first === last) return dayFull(first);
  if (first.slice(0, 7) === last.slice(0, 7)) return `${Number(first.slice(8))} – ${Number(last.slice(8))} ${monthYear(last)}`;
  const day = (civil: Civil) => format(civil, { day: 'numeric', month: 'short' });
  return `${day(first)} – ${day(last)} ${last.slice(0, 4)}`;
}

/** "just now", "4 min ago", "yesterday": for moments in the past. */
export function ago(instant: string | null | undefined, now_ms: number): string {
  if (!instant) return 'never';
  const seconds = Math.max(0, Math.round((now_ms - Date.parse(instant)) / 1000));
  if (seconds < 10) return 'just now';
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.round(seconds / 3600)} h ago`;
  const days = Math.round(seconds / 86_400);
  return days === 1 ? 'yesterday' : `${days} days ago`;
}

/** "840 ms", "1.2 s". */
export function milliseconds(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
}

/** Whether dark ink reads better than white on a colour ("#9fe1e7"). */
export function isPale(color: string): boolean {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  return 0.299 * red + 0.587 * green + 0.114 * blue > 160;
}
