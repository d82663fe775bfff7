// From the three choices of the page to the body of the request.
import type { Calendar, LinkMember, Mask, MaskKind, NewLink } from '../api/types';
import { filterOf, type FilterChoice } from './filter';

export interface Choice {
  calendars: string[];
  /** Both ways between all, or from one to the others. */
  direction: 'both' | 'from';
  source: string;
  share: MaskKind;
  title: string;
  fields: string[];
  showPrivate: boolean;
  /** Copies are marked as private. */
  private: boolean;
  filter: FilterChoice;
  /** Only shown, not written. */
  pilot: boolean;
  name: string;
}

/** A mask is what a member shows of what it takes; both ways hides nothing but, unless wanted otherwise, what is private. */
export function linkOf(choice: Choice, calendars: Calendar[]): NewLink {
  const everything = { kind: 'everything' } as const;
  const { showPrivate } = choice;
  const filter = filterOf(choice.filter);
  const seen: Mask = choice.direction === 'both' || choice.share === 'everything' ? { kind: 'everything', showPrivate }
    : choice.share === 'busy' ? { kind: 'busy', title: choice.title || 'Busy' } : { kind: 'fields', fields: choice.fields, showPrivate };
  const mask: Mask = choice.private ? { ...seen, private: true } : seen;
  const members = choice.calendars.map((calendar): LinkMember => {
    if (choice.direction === 'both') return { calendar, role: 'both', mask, ...(filter && { filter }) };
    return calendar === choice.source ? { calendar, role: 'source', mask: everything } : { calendar, role: 'target', mask, ...(filter && { filter }) };
  });
  return { name: choice.name.trim() || suggestName(choice, calendars), ...(choice.pilot && { pilot: true }), members };
}

export function suggestName(choice: Choice, calendars: Calendar[]): string {
  const name = (id: string) => calendars.find((calendar) => calendar.id === id)?.name ?? '';
  const names = [...new Set(choice.calendars.map(name))].filter(Boolean);
  if (choice.direction === 'from' && choice.source) {
    const others = [...new Set(choice.calendars.filter((id) => id !== choice.source).map(name))];
    return `${name(choice.source)} → ${others.join(', ')}`;
  }
  return names.join(' = ');
}

/** What is still missing before the choice is a link. */
export function missing(choice: Choice, calendars: Calendar[]): string | null {
  if (choice.calendars.length < 2) return 'Choose at least two calendars.';
  if (choice.direction === 'from' && !choice.calendars.includes(choice.source)) return 'Choose the calendar it comes from.';
  const takers = choice.calendars.filter((id) => choice.direction === 'both' || id !== choice.source);
  const locked = calendars.find((calendar) => takers.includes(calendar.id) && calendar.readOnly);
  return locked ? `“${locked.name}” is read only, so it can only be the calendar that it comes from.` : null;
}
