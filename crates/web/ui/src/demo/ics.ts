// As much iCalendar (RFC 5545) as the demo page needs: read the events of an expanded report, and move one occurrence in
// a stored object by changing nothing but its DTSTART and DTEND (or adding one override).
import { addDays, civilMs, civilOf, parseDuration, toCivil, toInstant, type Civil } from '../calendar/time';

interface Line {
  /** As it came, folds included: lines that are not touched go back as they were. */
  raw: string;
  name: string;
  params: string;
  value: string;
}

export interface IcsEvent {
  uid: string;
  title: string;
  /** All its lines, but for those that every write changes whether it changes anything or not. */
  content: string;
  start: number;
  end: number;
  allDay: boolean;
  recurrenceId: number | null;
  cancelled: boolean;
}

function linesOf(ics: string): Line[] {
  const raws: string[] = [];
  for (const raw of ics.split(/\r?\n/)) {
    if (/^[ \t]/.test(raw) && raws.length > 0) raws[raws.length - 1] += `\r\n${raw}`;
    else if (raw) raws.push(raw);
  }
  return raws.map((raw) => {
    const [, name = '', params = '', value = ''] = /^([\w-]+)((?:;[^:"]*(?:"[^"]*"[^:"]*)*)?):(.*)$/s.exec(raw.replace(/\r\n[ \t]/g, '')) ?? [];
    return { raw, name: name.toUpperCase(), params, value };
  });
}

const textOf = (lines: Line[]): string => lines.map((line) => `${line.raw}\r\n`).join('');
const lineOf = (name: string, params: string, value: string): Line => ({ raw: `${name}${params}:${value}`, name, params, value });
const unescaped = (value: string) => value.replace(/\\([\\;,nN])/g, (_, one: string) => (one.toLowerCase() === 'n' ? '\n' : one));

/** Where each VEVENT stands, nested components (alarms) included. */
function eventSpans(lines: Line[]): { from: number; to: number }[] {
  const spans: { from: number; to: number }[] = [];
  let from = -1;
  lines.forEach((line, index) => {
    if (line.value.toUpperCase() !== 'VEVENT') return;
    if (line.name === 'BEGIN') from = index;
    if (line.name === 'END' && from >= 0) spans.push({ from, to: index });
  });
  return spans;
}

/** A property of the event itself, not of an alarm inside it. */
function property(lines: Line[], name: string): Line | undefined {
  let depth = 0;
  for (const line of lines) {
    if (line.name === 'BEGIN') depth++;
    else if (line.name === 'END') depth--;
    else if (depth === 1 && line.name === name) return line;
  }
  return undefined;
}

interface Time {
  civil: Civil;
  zone: string | null;
  allDay: boolean;
}

function timeOf(line: Line): Time {
  const [, year, month, day, hour = '00', minute = '00', second = '00', utc] = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z)?)?$/.exec(line.value) ?? [];
  const zone = utc ? 'UTC' : (/;TZID="?([^;":]+)"?/i.exec(line.params)?.[1] ?? null);
  return { civil: `${year}-${month}-${day}T${hour}:${minute}:${second}`, zone, allDay: line.value.length === 8 };
}

const instantOf = ({ civil, zone }: Time): number => (zone ? toInstant(civil, zone) : civilMs(civil));

/** The same property, moved by some milliseconds, in the form and the zone that it had. */
function moved(line: Line, by_ms: number): Line {
  const time = timeOf(line);
  const civil = time.zone ? toCivil(instantOf(time) + by_ms, time.zone) : civilOf(civilMs(time.civil) + by_ms);
  const digits = civil.replace(/[-:]/g, '');
  const value = time.allDay ? digits.slice(0, 8) : time.zone === 'UTC' && line.value.endsWith('Z') ? `${digits}Z` : digits;
  return lineOf(line.name, line.params, value);
}

const bookkeeping = ['DTSTAMP', 'CREATED', 'LAST-MODIFIED', 'SEQUENCE', 'X-KALENDS-STAMP'];

export function eventsOf(ics: string): IcsEvent[] {
  const lines = linesOf(ics);
  return eventSpans(lines).flatMap(({ from, to }) => {
    const own = lines.slice(from, to + 1);
    const value = (name: string) => unescaped(property(own, name)?.value ?? '');
    const startLine = property(own, 'DTSTART');
    if (!startLine) return [];
    const start = timeOf(startLine);
    const endLine = property(own, 'DTEND');
    const { days, ms } = parseDuration(property(own, 'DURATION')?.value ?? (start.allDay ? 'P1D' : 'PT0S'));
    const end = endLine ? instantOf(timeOf(endLine)) : instantOf({ ...start, civil: addDays(start.civil, days) }) + ms;
    const recurrence = property(own, 'RECURRENCE-ID');
    return [{
      uid: value('UID'), title: value('SUMMARY'), content: textOf(own.filter((line) => !bookkeeping.includes(line.name))), start: instantOf(start), end, allDay: start.allDay,
      recurrenceId: recurrence ? instantOf(timeOf(recurrence)) : null, cancelled: value('STATUS') === 'CANCELLED',
    }];
  });
}

/** Moves the only VEVENT, or the override of `recurrenceId`, or makes that override from the series. */
export function moveOccurrence(ics: string, recurrenceId: number | null, by_ms: number): string {
  const lines = linesOf(ics);
  const spans = eventSpans(lines);
  const recurrenceOf = ({ from, to }: { from: number; to: number }) => property(lines.slice(from, to + 1), 'RECURRENCE-ID');
  const override = spans.find((span) => {
    const line = recurrenceOf(span);
    return line !== undefined && recurrenceId !== null && instantOf(timeOf(line)) === recurrenceId;
  });
  const master = spans.find((span) => !recurrenceOf(span));
  const repeats = master && property(lines.slice(master.from, master.to + 1), 'RRULE') !== undefined;
  const target = override ?? (repeats && recurrenceId !== null ? undefined : master);
  if (target) return textOf(shiftTimes(lines, target, by_ms));
  if (!master || recurrenceId === null) throw new Error('This appointment is not in the stored calendar object.');
  return textOf([...lines.slice(0, master.to + 1), ...overrideFrom(lines.slice(master.from, master.to + 1), recurrenceId, by_ms), ...lines.slice(master.to + 1)]);
}

function shiftTimes(lines: Line[], { from, to }: { from: number; to: number }, by_ms: number): Line[] {
  const own = lines.slice(from, to + 1);
  const times = [property(own, 'DTSTART'), property(own, 'DTEND')];
  return lines.map((line) => (times.includes(line) ? moved(line, by_ms) : line));
}

/** A copy of the series without its rule, which stands for one of its occurrences, moved. */
function overrideFrom(master: Line[], recurrenceId: number, by_ms: number): Line[] {
  const start = property(master, 'DTSTART')!;
  const toOccurrence = recurrenceId - instantOf(timeOf(start));
  const original = moved(start, toOccurrence);
  const repeating = ['RRULE', 'RDATE', 'EXDATE', 'EXRULE'];
  const copy = master.filter((line) => !repeating.includes(line.name));
  const shifted = shiftTimes(copy, { from: 0, to: copy.length - 1 }, toOccurrence + by_ms);
  const at = shifted.findIndex((line) => line.name === 'DTSTART');
  return [...shifted.slice(0, at), lineOf('RECURRENCE-ID', original.params, original.value), ...shifted.slice(at)];
}
