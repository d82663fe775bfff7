// Which appointments go through a link: from what is chosen to the filter of its calendars, back, and in words.
import type { Answer, Filter, FilterWords, Weekday } from '../api/types';

export interface FilterChoice {
  hours: boolean;
  from: string;
  to: string;
  days: Weekday[];
  allDay: 'include' | 'exclude' | 'only';
  busyOnly: boolean;
  /** Empty: whatever was answered. */
  answers: Answer[];
  /** Words with commas between them. */
  text: string;
  notText: string;
  categories: string;
  notCategories: string;
  /** Days; empty: without end. */
  back: string;
  ahead: string;
  skipIfInvited: boolean;
}

export const dayNames: Record<Weekday, string> = { mo: 'Mon', tu: 'Tue', we: 'Wed', th: 'Thu', fr: 'Fri', sa: 'Sat', su: 'Sun' };
export const answerNames: Record<Answer, string> = { accepted: 'accepted', tentative: 'maybe', 'needs-action': 'not answered', declined: 'declined' };
const workdays: Weekday[] = ['mo', 'tu', 'we', 'th', 'fr'];

export function choiceOf(filter: Filter = {}): FilterChoice {
  const list = (words?: string[]) => (words ?? []).join(', ');
  return {
    hours: !!filter.hours, from: filter.hours?.from ?? '09:00', to: filter.hours?.to ?? '17:00', days: [...(filter.hours?.days ?? workdays)],
    allDay: filter.allDay ?? 'include', busyOnly: filter.busyOnly ?? false, answers: [...(filter.answers ?? [])],
    text: list(filter.text?.anyOf), notText: list(filter.text?.noneOf), categories: list(filter.categories?.anyOf), notCategories: list(filter.categories?.noneOf),
    back: filter.horizon?.back?.toString() ?? '', ahead: filter.horizon?.ahead?.toString() ?? '', skipIfInvited: filter.skipIfInvited ?? false,
  };
}

/** What is chosen; `undefined` if everything goes through. */
export function filterOf(choice: FilterChoice): Filter | undefined {
  const filter: Filter = {};
  if (choice.hours) filter.hours = { from: choice.from, to: choice.to, days: (Object.keys(dayNames) as Weekday[]).filter((day) => choice.days.includes(day)) };
  if (choice.allDay !== 'include') filter.allDay = choice.allDay;
  const categories = wordsOf(choice.categories, choice.notCategories);
  if (categories) filter.categories = categories;
  if (choice.answers.length > 0) filter.answers = (Object.keys(answerNames) as Answer[]).filter((answer) => choice.answers.includes(answer));
  if (choice.busyOnly) filter.busyOnly = true;
  const text = wordsOf(choice.text, choice.notText);
  if (text) filter.text = text;
  const days = (text: string | number | null) => (text === null || text === '' ? undefined : Number(text));
  const [back, ahead] = [days(choice.back), days(choice.ahead)];
  if (back !== undefined || ahead !== undefined) filter.horizon = { ...(back === undefined ? {} : { back }), ...(ahead === undefined ? {} : { ahead }) };
  if (choice.skipIfInvited) filter.skipIfInvited = true;
  return Object.keys(filter).length > 0 ? filter : undefined;
}

function wordsOf(some: string, none: string): FilterWords | undefined {
  const list = (text: string) => text.split(',').map((word) => word.trim()).filter(Boolean);
  const [anyOf, noneOf] = [list(some), list(none)];
  if (anyOf.length + noneOf.length === 0) return undefined;
  return { ...(anyOf.length > 0 ? { anyOf } : {}), ...(noneOf.length > 0 ? { noneOf } : {}) };
}

/** A filter as people say it; empty if it lets everything through. */
export function filterWords(filter: Filter = {}): string {
  const said: string[] = [];
  const quoted = (words: string[]) => words.map((word) => `“${word}”`).join(' or ');
  if (filter.hours) said.push(`${filter.hours.from}–${filter.hours.to} on ${filter.hours.days.map((day) => dayNames[day]).join(', ')}`);
  if (filter.allDay === 'exclude') said.push('no whole days');
  if (filter.allDay === 'only') said.push('whole days');
  if (filter.busyOnly) said.push('what takes up time');
  if (filter.answers?.length) said.push(filter.answers.map((answer) => answerNames[answer]).join(' or '));
  if (filter.text?.anyOf?.length) said.push(`with ${quoted(filter.text.anyOf)}`);
  if (filter.text?.noneOf?.length) said.push(`without ${quoted(filter.text.noneOf)}`);
  if (filter.categories?.anyOf?.length) said.push(`in category ${quoted(filter.categories.anyOf)}`);
  if (filter.categories?.noneOf?.length) said.push(`not in category ${quoted(filter.categories.noneOf)}`);
  if (filter.horizon?.back !== undefined) said.push(`${filter.horizon.back} days back`);
  if (filter.horizon?.ahead !== undefined) said.push(`${filter.horizon.ahead} days ahead`);
  if (filter.skipIfInvited) said.push('where I am not invited myself');
  return said.join(', ');
}
