// The feeds of all calendars.
import { api } from '../api/client';
import type { Feed, FeedDetail } from '../api/programs';
import type { Calendar } from '../api/types';

/** What a feed shows, in words. */
export const shows: Record<FeedDetail, string> = {
  busy: 'Only when the time is taken',
  outline: 'When, what and where',
  whole: 'Everything',
};

export interface Published {
  feed: Feed;
  calendar: Calendar;
}

/** What of one's own calendars is published. Those that others have opened to one are theirs to publish. */
export async function published(calendars: Calendar[]): Promise<Published[]> {
  const own = calendars.filter((calendar) => !calendar.shared);
  const all = await Promise.all(own.map(async (calendar) => (await api.feeds(calendar.id)).map((feed) => ({ feed, calendar }))));
  return all.flat();
}

/** One line about what a feed shows. */
export function describe({ feed, calendar }: Published): string {
  const also = feed.showPrivate ? ', private appointments, too' : '';
  return `${calendar.name}: ${shows[feed.shows].toLowerCase()}${also}`;
}
