// Civil time, instants and durations. A civil time is text without offset ("2026-11-24T09:00:00", a date: "2026-11-24");
// an instant is milliseconds since the epoch; zones are IANA names, known to the browser through Intl.

export type Civil = string;

const minute_ms = 60_000;
const day_ms = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    const parts = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;
    try {
      format = new Intl.DateTimeFormat('en-US', { ...parts, timeZone: zone, hourCycle: 'h23', era: 'short' });
    } catch {
      // A zone this browser does not know (a provider's custom one): the server's instants still place it.
      format = new Intl.DateTimeFormat('en-US', { ...parts, timeZone: 'UTC', hourCycle: 'h23', era: 'short' });
    }
    formats.set(zone, format);
  }
  return format;
}

/** Milliseconds of a civil time as if it were UTC: for arithmetic between civil times only. */
export function civilMs(civil: Civil): number {
  return Date.parse(civil.length === 10 ? `${civil}T00:00:00Z` : `${civil.slice(0, 19)}Z`);
}

/** The inverse of `civilMs`. */
export function civilOf(ms: number): Civil {
  return new Date(ms).toISOString().slice(0, 19);
}

export const dateOf = (civil: Civil): Civil => civil.slice(0, 10);
export const timeOf = (civil: Civil): string => (civil.length === 10 ? '00:00' : civil.slice(11, 16));

/** The wall clock in `zone` at an instant. */
export function toCivil(instant: number, zone: string): Civil {
  const part: Record<string, string> = {};
  for (const { type, value } of formatOf(zone).formatToParts(instant)) part[type] = value;
  return `${part.year!.padStart(4, '0')}-${part.month}-${part.day}T${part.hour}:${part.minute}:${part.second}`;
}

/** The instant at which the wall clock in `zone` shows `civil`. In a gap the offset before it counts, in an overlap the first (RFC 5545, 3.3.5). */
export function toInstant(civil: Civil, zone: string): number {
  const wall = civilMs(civil);
  const before = civilMs(toCivil(wall - day_ms, zone)) - (wall - day_ms);
  const after = civilMs(toCivil(wall + day_ms, zone)) - (wall + day_ms);
  const first = wall - before;
  if (civilMs(toCivil(first, zone)) === wall) return first;
  const second = wall - after;
  return civilMs(toCivil(second, zone)) === wall ? second : first;
}

export const addDays = (civil: Civil, days: number): Civil => {
  const moved = civilOf(civilMs(civil) + days * day_ms);
  return civil.length === 10 ? dateOf(moved) : moved;
};
export const addMinutes = (civil: Civil, minutes: number): Civil => civilOf(civilMs(civil) + minutes * minute_ms);
export const minutesBetween = (from: Civil, to: Civil): number => Math.round((civilMs(to) - civilMs(from)) / minute_ms);
export const daysBetween = (from: Civil, to: Civil): number => Math.round((civilMs(dateOf(to)) - civilMs(dateOf(from))) / day_ms);

/** Monday is 1, Sunday is 7. */
export const weekdayOf = (civil: Civil): number => new Date(civilMs(civil)).getUTCDay() || 7;
export const weekStart = (civil: Civil, firstDay = 1): Civil => addDays(dateOf(civil), -((weekdayOf(civil) - firstDay + 7) % 7));

export function addMonths(civil: Civil, months: number): Civil {
  const date = new Date(civilMs(civil));
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, last));
  const moved = civilOf(date.getTime());
  return civil.length === 10 ? dateOf(moved) : moved;
}

/** Moves a wall time from one zone to the same moment in another. */
export function rezone(civil: Civil, from: string, to: string): Civil {
  return from === to ? civil : toCivil(toInstant(civil, from), to);
}

/** ISO 8601 duration (RFC 8984, 1.4.6): whole days for all-day events, else exact time. */
export function durationOf(start: Civil, end: Civil, zone: string | null, allDay: boolean): string {
  if (allDay) return `P${Math.max(1, daysBetween(start, end))}D`;
  const ms = zone ? toInstant(end, zone) - toInstant(start, zone) : civilMs(end) - civilMs(start);
  const minutes = Math.max(0, Math.round(ms / minute_ms));
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  if (minutes === 0) return 'PT0S';
  return `PT${hours ? `${hours}H` : ''}${rest ? `${rest}M` : ''}`;
}

/** Days (nominal) and milliseconds (exact) of an ISO 8601 duration; a sign in front counts. */
export function parseDuration(text: string): { days: number; ms: number } {
  const match = /^([+-])?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(text);
  if (!match) return { days: 0, ms: 0 };
  const [, sign, weeks, days, hours, minutes, seconds] = match;
  const number = (value: string | undefined) => Number(value ?? 0) * (sign === '-' ? -1 : 1);
  return { days: number(weeks) * 7 + number(days), ms: ((number(hours) * 60 + number(minutes)) * 60 + number(seconds)) * 1000 };
}

/** Where an event that starts at `start` and lasts `duration` ends, as wall time in the same zone. */
export function endOf(start: Civil, duration: string | undefined, zone: string | null, allDay: boolean): Civil {
  const { days, ms } = parseDuration(duration ?? (allDay ? 'P1D' : 'PT0S'));
  if (allDay) return addDays(dateOf(start), Math.max(1, days));
  const dayMoved = addDays(start, days);
  if (!zone) return civilOf(civilMs(dayMoved) + ms);
  return toCivil(toInstant(dayMoved, zone) + ms, zone);
}

/** "+01:00": what the calendar grid needs for its now line. */
export function offsetText(zone: string, at: number): string {
  const minutes = Math.round((civilMs(toCivil(at, zone)) - Math.floor(at / 1000) * 1000) / minute_ms);
  const size = Math.abs(minutes);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

export const browserZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

/** All zones the browser knows, for a picker. */
export function zones(): string[] {
  return Intl.supportedValuesOf('timeZone');
}
