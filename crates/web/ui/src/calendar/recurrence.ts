// The "repeats" form and the recurrence rule of JSCalendar (RFC 8984, 4.3.3), there and back.
import type { Frequency, RecurrenceRule, Weekday } from '../api/types';
import { dayLong, dayShort } from './format';
import { dateOf, weekdayOf, type Civil } from './time';

export const weekdays: Weekday[] = ['mo', 'tu', 'we', 'th', 'fr', 'sa', 'su'];
export const weekdayNames: Record<Weekday, string> = {
  mo: 'Monday', tu: 'Tuesday', we: 'Wednesday', th: 'Thursday', fr: 'Friday', sa: 'Saturday', su: 'Sunday',
};

export interface RepeatForm {
  frequency: 'none' | Frequency | 'custom';
  interval: number;
  days: Weekday[];
  ends: 'never' | 'until' | 'count';
  until: Civil;
  count: number;
  /** What the form cannot show: kept as it came and sent back unchanged. */
  custom?: RecurrenceRule[];
}

export const weekdayKey = (civil: Civil): Weekday => weekdays[weekdayOf(civil) - 1]!;

const frequencies = ['daily', 'weekly', 'monthly', 'yearly'];
const shown = new Set(['@type', 'frequency', 'interval', 'byDay', 'until', 'count']);

/** Only rules that the form can show in full become a form; any other is `custom`. */
export function formOf(rules: RecurrenceRule[] | null | undefined, start: Civil): RepeatForm {
  const form: RepeatForm = { frequency: 'none', interval: 1, days: [weekdayKey(start)], ends: 'never', until: dateOf(start), count: 10 };
  const rule = rules?.[0];
  if (!rule || !rules) return form;
  const plainDays = (rule.byDay ?? []).every((day) => !day.nthOfPeriod) && (!rule.byDay?.length || rule.frequency === 'weekly');
  const plain = rules.length === 1 && frequencies.includes(rule.frequency) && Object.keys(rule).every((key) => shown.has(key)) && plainDays;
  if (!plain) return { ...form, frequency: 'custom', custom: rules };
  return {
    ...form,
    frequency: rule.frequency as Frequency,
    interval: rule.interval ?? 1,
    days: rule.byDay?.length ? weekdays.filter((day) => rule.byDay!.some((by) => by.day === day)) : form.days,
    ends: rule.until ? 'until' : rule.count ? 'count' : 'never',
    until: rule.until ? dateOf(rule.until) : form.until,
    count: rule.count ?? form.count,
  };
}

/** `until` names the last day: it becomes that day's end, or the date itself for an all-day series. */
export function rulesOf(form: RepeatForm, allDay: boolean): RecurrenceRule[] | null {
  if (form.frequency === 'none') return null;
  if (form.frequency === 'custom') return form.custom ?? null;
  const rule: RecurrenceRule = { '@type': 'RecurrenceRule', frequency: form.frequency };
  if (form.interval > 1) rule.interval = form.interval;
  if (form.frequency === 'weekly' && form.days.length > 0) rule.byDay = form.days.map((day) => ({ '@type': 'NDay', day }));
  if (form.ends === 'until') rule.until = `${dateOf(form.until)}T${allDay ? '00:00:00' : '23:59:59'}`;
  if (form.ends === 'count') rule.count = Math.max(1, form.count);
  return [rule];
}

/** A series moved as a whole by some days takes its weekdays along. */
export function shiftDays(rules: RecurrenceRule[], days: number): RecurrenceRule[] {
  const by = ((days % 7) + 7) % 7;
  if (by === 0) return rules;
  const moved = (day: Weekday) => weekdays[(weekdays.indexOf(day) + by) % 7]!;
  return rules.map((rule) =>
    rule.frequency === 'weekly' && rule.byDay ? { ...rule, byDay: rule.byDay.map((by) => ({ ...by, day: moved(by.day) })) } : rule,
  );
}

const units: Record<Frequency, string> = { daily: 'day', weekly: 'week', monthly: 'month', yearly: 'year' };

/** The rule as a sentence. */
export function sentenceOf(form: RepeatForm, start: Civil): string {
  if (form.frequency === 'none') return 'Does not repeat';
  if (form.frequency === 'custom') return 'Repeats by a rule of its own, kept as it is';
  const unit = units[form.frequency];
  let text = form.interval > 1 ? `Every ${form.interval} ${unit}s` : `Every ${unit}`;
  if (form.frequency === 'weekly') text += ` on ${form.days.map((day) => weekdayNames[day]).join(', ')}`;
  if (form.frequency === 'monthly') text += ` on day ${Number(dateOf(start).slice(8))}`;
  if (form.frequency === 'yearly') text += ` on ${dayLong(start).replace(/^\w+,? /, '')}`;
  if (form.ends === 'until') text += `, until ${dayShort(form.until)} ${form.until.slice(0, 4)}`;
  if (form.ends === 'count') text += `, ${form.count} times`;
  return text;
}
