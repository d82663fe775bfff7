// What the four panes have in common: each reads one calendar through its owner's own API, and moves an appointment there.
import { toCivil } from '../calendar/time';

export type PaneId = 'google' | 'microsoft' | 'caldav' | 'hub';

export const paneIds: PaneId[] = ['google', 'microsoft', 'caldav', 'hub'];
export const paneNames: Record<PaneId, string> = { google: 'Google', microsoft: 'Microsoft 365', caldav: 'iPhone', hub: 'Kalends' };

export interface PaneEvent {
  /** Unique in its pane: the provider's own id of this occurrence. */
  id: string;
  title: string;
  /** Milliseconds since the epoch; for all-day events midnight UTC of the date. */
  start: number;
  end: number;
  allDay: boolean;
  /** All that a provider says of it but for its bookkeeping: equal texts mean that nothing has changed. The hub's is empty. */
  content: string;
  /** What the pane itself needs to move it. */
  ref: Record<string, string>;
}

export interface Pane {
  id: PaneId;
  /** All occurrences between two instants. */
  read(from: number, to: number): Promise<PaneEvent[]>;
  /** Moves one occurrence; its length stays. */
  move(event: PaneEvent, start: number): Promise<void>;
}

/** An answer that was not the one hoped for, with the status that says whether trying again may help. */
export class PaneError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** A request to a provider. No cookies: only the token that the demo hands out. */
export async function ask(url: string, authorization: string, init: RequestInit & { headers?: Record<string, string> } = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { ...init, cache: 'no-store', credentials: 'omit', headers: { Authorization: authorization, ...init.headers } });
  } catch {
    throw new PaneError(0, 'cannot be reached');
  }
  if (!response.ok) throw new PaneError(response.status, `answered ${response.status}`);
  return response;
}

/** The same appointment has the same title and start everywhere; ids are each provider's own. */
export const sameness = (event: PaneEvent): string => `${event.allDay ? 'day' : 'at'} ${event.start} ${event.title}`;

/** A provider's item as text, without what every write changes whether it changes anything or not. */
export function contentOf(item: object, bookkeeping: string[]): string {
  return JSON.stringify(item, (key, value: unknown) => (bookkeeping.includes(key) ? undefined : value));
}

/** RFC 3339 with a zone's wall time, as Google and Graph want it beside a zone name. */
export const wall = (instant: number, zone: string): string => toCivil(instant, zone);
