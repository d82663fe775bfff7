// The state behind the calendar page: calendars, the occurrences in sight, and the changes that are on their way.
import { api } from '../api/client';
import { stream } from '../api/stream.svelte';
import type { Calendar, Me } from '../api/types';
import { toasts } from '../shell/toasts.svelte';
import { rangeTitle, monthYear } from './format';
import { mergeLinked, type Shown } from './merge';
import { addDays, addMonths, browserZone, dateOf, toCivil, toInstant, weekStart, type Civil } from './time';
import type { Occurrence } from '../api/types';

export type View = 'week' | 'month' | 'day' | 'agenda';
export const views: View[] = ['day', 'week', 'month', 'agenda'];

/** A change shown before the server has confirmed it; null means removed. */
export type Overlay = { start?: Civil; end?: Civil; title?: string; allDay?: boolean } | null;

export interface Range {
  first: Civil;
  /** Exclusive. */
  end: Civil;
}

/** The days a view shows around a date. */
export function rangeOf(view: View, date: Civil): Range {
  if (view === 'day') return { first: date, end: addDays(date, 1) };
  if (view === 'agenda') return { first: date, end: addDays(date, 28) };
  const first = weekStart(view === 'month' ? `${date.slice(0, 7)}-01` : date);
  return { first, end: addDays(first, view === 'month' ? 42 : 7) };
}

const zoneKey = 'kalends.zone';

class CalendarStore {
  me = $state<Me>();
  calendars = $state<Calendar[]>([]);
  occurrences = $state.raw<Occurrence[]>([]);
  overlays = $state.raw(new Map<string, Overlay>());
  view = $state<View>('week');
  date = $state<Civil>('');
  loaded = $state(false);
  zoneChoice = $state<'device' | 'account'>((localStorage.getItem(zoneKey) as 'device' | 'account' | null) ?? 'device');
  /** Ticks so that "today" and the now line stay true. */
  now = $state(Date.now());
  #wanted = 0;

  constructor() {
    this.date = this.today;
    setInterval(() => (this.now = Date.now()), 30_000);
  }

  get zone(): string {
    return this.zoneChoice === 'account' && this.me ? this.me.timeZone : browserZone();
  }
  get today(): Civil {
    return dateOf(toCivil(this.now, this.zone));
  }
  get range(): Range {
    return rangeOf(this.view, this.date);
  }
  get title(): string {
    if (this.view === 'month') return monthYear(this.date);
    return rangeTitle(this.range.first, addDays(this.range.end, -1));
  }

  /** What the page draws: linked copies joined, changes on their way on top. */
  shown: Shown[] = $derived.by(() => {
    const merged = mergeLinked(this.occurrences, this.calendars, this.zone);
    if (this.overlays.size === 0) return merged;
    return merged.flatMap((one) => {
      const overlay = this.overlays.get(one.key);
      if (overlay === undefined) return [one];
      if (overlay === null) return [];
      const { start = one.start, end = one.end, title = one.occurrence.title, allDay = one.occurrence.allDay } = overlay;
      return [{ ...one, start, end, occurrence: { ...one.occurrence, title, allDay, pending: true } }];
    });
  });

  calendar(id: string | null | undefined): Calendar | undefined {
    return this.calendars.find((calendar) => calendar.id === id);
  }
  get writable(): Calendar[] {
    return this.calendars.filter((calendar) => !calendar.readOnly);
  }

  setZone(choice: 'device' | 'account'): void {
    this.zoneChoice = choice;
    localStorage.setItem(zoneKey, choice);
  }

  async loadCalendars(): Promise<void> {
    try {
      this.calendars = await api.calendars();
    } catch (error) {
      toasts.fail(error);
    }
  }

  /** Reads the occurrences in sight; an older answer never overwrites a newer one. */
  async refresh(): Promise<void> {
    const wanted = ++this.#wanted;
    const { first, end } = this.range;
    const at = (day: Civil) => new Date(toInstant(`${day}T00:00:00`, this.zone)).toISOString();
    try {
      const answer = await api.occurrences({ start: at(first), end: at(end), tz: this.zone });
      stream.seen(answer.position);
      if (wanted === this.#wanted) this.occurrences = answer.occurrences;
      this.loaded = true;
    } catch (error) {
      if (wanted === this.#wanted) toasts.fail(error);
    }
  }

  overlay(key: string, overlay: Overlay): void {
    this.overlays = new Map(this.overlays).set(key, overlay);
  }
  uncover(key: string): void {
    const rest = new Map(this.overlays);
    rest.delete(key);
    this.overlays = rest;
  }

  show(view: View, date = this.date): void {
    this.view = view;
    this.date = date;
  }
  step(by: 1 | -1): void {
    if (this.view === 'month') this.date = addMonths(this.date, by);
    else this.date = addDays(this.date, by * { day: 1, week: 7, agenda: 28 }[this.view]);
  }

  /** Optimistic: the sidebar answers at once and takes it back if the server refuses. */
  async select(calendar: Calendar, shown: boolean): Promise<void> {
    calendar.shown = shown;
    try {
      await api.changeCalendar(calendar.id, { shown });
    } catch (error) {
      calendar.shown = !shown;
      toasts.fail(error);
    }
  }
  async recolor(calendar: Calendar, color: string): Promise<void> {
    const before = calendar.color;
    calendar.color = color;
    try {
      await api.changeCalendar(calendar.id, { color });
    } catch (error) {
      calendar.color = before;
      toasts.fail(error);
    }
  }
}

export const store = new CalendarStore();
