// The values of a conflict in words, whatever their shape.
import type { ConflictSide, RecurrenceRule } from '../api/types';
import { clock, dayShort } from '../calendar/format';
import { formOf, sentenceOf } from '../calendar/recurrence';
import { dateOf, endOf } from '../calendar/time';

const units: Record<string, string> = {
  title: 'Title', start: 'Time', recurrenceRules: 'Repetition', recurrenceOverrides: 'One occurrence', locations: 'Place', virtualLocations: 'Conference',
  description: 'Text', status: 'Status', freeBusyStatus: 'Free or busy', privacy: 'Privacy', participants: 'People', keywords: 'Categories',
};

export const unitName = (unit: string): string => units[unit] ?? unit;

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** "Tue 24 Nov, 09:00 – 10:00". */
function time({ start, duration, showWithoutTime }: Fields): string {
  const at = String(start);
  if (showWithoutTime) return dayShort(at);
  return `${dayShort(at)}, ${clock(at)}${duration ? ` – ${clock(endOf(at, String(duration), null, false))}` : ''}`;
}

function repetition(rules: RecurrenceRule[]): string {
  // How a month's or a year's day is said depends on the start, which is another value.
  const form = formOf(rules, '2026-01-01');
  if (form.frequency === 'monthly' || form.frequency === 'yearly') return `Every ${form.interval > 1 ? `${form.interval} ` : ''}${form.frequency === 'monthly' ? 'month' : 'year'}${form.interval > 1 ? 's' : ''}`;
  return sentenceOf(form, '2026-01-01');
}

function occurrence([id, patch]: [string, unknown]): string {
  const day = `${dayShort(id)}, ${clock(id)}`;
  if (!isFields(patch)) return day;
  if (patch.excluded) return `${day}: cancelled`;
  const said = Object.entries(patch).map(([name, value]) => {
    if (name === 'start') return dateOf(String(value)) === dateOf(id) ? `at ${clock(String(value))}` : `${dayShort(String(value))}, ${clock(String(value))}`;
    if (name === 'duration') return `for ${String(value).replace('PT', '').toLowerCase()}`;
    return isFields(value) ? `${unitName(name)}: ${say(name, value)}` : `${unitName(name)}: ${String(value)}`;
  });
  return said.length > 0 ? `${day}: ${said.join(', ')}` : `${day}: takes place`;
}

const answers: Record<string, string> = { accepted: 'comes', declined: 'does not come', tentative: 'may come', delegated: 'sends somebody', 'needs-action': 'has not answered' };

function person(value: unknown): string {
  if (!isFields(value)) return String(value);
  const name = value.name ?? value.email ?? 'Somebody';
  const answer = answers[String(value.participationStatus ?? 'needs-action')];
  return `${String(name)} ${answer ?? ''}`.trim();
}

/** One value of a unit; nothing is "Nothing". */
export function say(unit: string, value: unknown): string {
  if (value === null || value === undefined || value === '') return 'Nothing';
  if (typeof value === 'string') return value;
  if (unit === 'recurrenceRules' && Array.isArray(value)) return repetition(value as RecurrenceRule[]);
  if (!isFields(value)) return String(value);
  if (unit === 'start') return time(value);
  if (unit === 'recurrenceOverrides') return Object.entries(value).map(occurrence).join(' · ');
  if (unit === 'participants') return Object.values(value).map(person).join(', ');
  if (unit === 'keywords') return Object.keys(value).join(', ');
  const named = Object.values(value).map((one) => (isFields(one) ? String(one.name ?? one.uri ?? '') : ''));
  return named.every(Boolean) ? named.join(', ') : JSON.stringify(value);
}

/** Who wrote a value, and how: "Ada, in Kalends", or only that it was in the calendar's own app. */
export const writer = (side: ConflictSide): string => (side.who ? `${side.who}, in Kalends` : 'in its own app');
