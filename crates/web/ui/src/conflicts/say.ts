// The two sides of a conflict in words, whatever their shape.
import { clock, dayShort } from '../calendar/format';
import { endOf } from '../calendar/time';

const units: Record<string, string> = {
  title: 'Title', when: 'Time', start: 'Time', rule: 'Repetition', place: 'Place', locations: 'Place', description: 'Text',
  participants: 'People', status: 'Status', privacy: 'Privacy', alerts: 'Reminders', event: 'The whole appointment',
};

export const unitName = (unit: string): string => units[unit] ?? unit;

export function say(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'Nothing (deleted)';
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && 'start' in value && typeof value.start === 'string') {
    const { start, duration, showWithoutTime } = value as { start: string; duration?: string; showWithoutTime?: boolean };
    if (showWithoutTime || start.length === 10) return dayShort(start);
    return `${dayShort(start)}, ${clock(start)}${duration ? ` – ${clock(endOf(start, duration, null, false))}` : ''}`;
  }
  if (Array.isArray(value)) return value.map(say).join(', ');
  if (typeof value === 'object') {
    const named = Object.values(value).map((one) => (one && typeof one === 'object' && 'name' in one ? String(one.name) : null));
    if (named.length > 0 && named.every(Boolean)) return named.join(', ');
    return JSON.stringify(value, null, 1);
  }
  return String(value);
}
