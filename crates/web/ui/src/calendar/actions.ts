// What a person does to an appointment: shown at once, sent, taken back with a clear message if the server says no.
import { api, ApiError } from '../api/client';
import { stream } from '../api/stream.svelte';
import type { EventPatch, Position } from '../api/types';
import { toasts } from '../shell/toasts.svelte';
import { eventOf, forWholeSeries, type Draft } from './draft';
import type { Shown } from './merge';
import { store, type Overlay } from './store.svelte';
import { durationOf, rezone, type Civil } from './time';

/** Which occurrences of a series a change is for. A single event has only 'all'. */
export type Reach = 'this' | 'following' | 'all';

const stale = 'This appointment was changed somewhere else at the same moment. Your change was not saved; you now see the current version.';

function explain(error: unknown): string {
  if (error instanceof ApiError && error.status === 412) return stale;
  return error instanceof Error ? error.message : String(error);
}

/** The change log position of our own write to `event`, which is what undo names. */
async function positionOf(event: string, before: Position): Promise<Position | undefined> {
  const { changes } = await api.changes(before, 100);
  return changes.find((change) => change.kind === 'event' && change.id === event)?.position;
}

async function undo(event: string, before: Position): Promise<void> {
  try {
    const position = await positionOf(event, before);
    if (position === undefined) return toasts.show('This change can no longer be undone.', { kind: 'bad' });
    await api.undo(position);
    toasts.show('Undone.');
    await store.refresh();
  } catch (error) {
    toasts.fail(error, 'Not undone.');
  }
}

/** Shows `overlay`, sends, then reads what the server made of it. Returns whether it was accepted. */
async function act(shown: Shown, overlay: Overlay | undefined, done: string, send: () => Promise<unknown>): Promise<boolean> {
  const before = stream.position;
  if (overlay !== undefined) store.overlay(shown.key, overlay);
  try {
    await send();
    await store.refresh();
    toasts.show(done, { action: { label: 'Undo', run: () => void undo(shown.occurrence.event, before) } });
    return true;
  } catch (error) {
    toasts.show(explain(error), { kind: 'bad' });
    await store.refresh();
    return false;
  } finally {
    store.uncover(shown.key);
  }
}

async function patch(shown: Shown, change: EventPatch, reach: Reach): Promise<unknown> {
  const { event, recurrenceId, etag, start } = shown.occurrence;
  if (!recurrenceId) return api.patchEvent(event, etag, change);
  if (reach !== 'all') return api.patchOccurrence(event, recurrenceId, reach, etag, change);
  const series = await api.event(event);
  return api.patchEvent(event, etag, forWholeSeries(change, start, series.value));
}

/** Drag and resize: `start` and `end` are in the viewer's zone and go back to the event's own. */
export function reschedule(shown: Shown, start: Civil, end: Civil, allDay: boolean, reach: Reach): Promise<boolean> {
  const { timeZone, allDay: wasAllDay } = shown.occurrence;
  const zone = timeZone ?? (wasAllDay ? store.zone : null);
  const own = (civil: Civil) => (allDay || !zone ? civil : rezone(civil, store.zone, zone));
  const change: EventPatch = {
    start: allDay ? `${start.slice(0, 10)}T00:00:00` : own(start),
    duration: durationOf(own(start), own(end), allDay ? null : zone, allDay),
  };
  if (allDay !== wasAllDay) Object.assign(change, { showWithoutTime: allDay, timeZone: allDay ? null : zone });
  return act(shown, { start, end, allDay }, `${start === shown.start ? 'Changed' : 'Moved'} “${titleOf(shown)}”.`, () => patch(shown, change, reach));
}

export function edit(shown: Shown, change: EventPatch, reach: Reach): Promise<boolean> {
  if (Object.keys(change).length === 0) return Promise.resolve(true);
  const overlay = typeof change.title === 'string' ? { title: change.title } : undefined;
  return act(shown, overlay, `Saved “${overlay?.title ?? titleOf(shown)}”.`, () => patch(shown, change, reach));
}

export function remove(shown: Shown, reach: Reach): Promise<boolean> {
  const { event, recurrenceId, etag } = shown.occurrence;
  return act(shown, null, `Deleted “${titleOf(shown)}”.`, () =>
    recurrenceId && reach !== 'all' ? api.deleteOccurrence(event, recurrenceId, reach, etag) : api.deleteEvent(event, etag),
  );
}

export async function create(draft: Draft): Promise<boolean> {
  const before = stream.position;
  try {
    const event = await api.createEvent({ calendar: draft.calendar, ...eventOf(draft) }, crypto.randomUUID());
    await store.refresh();
    const title = draft.title || 'Untitled';
    toasts.show(`Created “${title}”.`, event ? { action: { label: 'Undo', run: () => void undo(event, before) } } : {});
    return true;
  } catch (error) {
    toasts.show(explain(error), { kind: 'bad' });
    return false;
  }
}

export const titleOf = (shown: Shown): string => shown.occurrence.title || 'Untitled';
