// The contract about programs, devices and published calendars; the rest of it is in types.ts.

/** A program that people may let in through Google's or Microsoft's OAuth. */
export interface App {
  id: string;
  name: string;
  redirectUris: string[];
  /** What it may ask people for; empty: everything. */
  scopes: string[];
  confidential: boolean;
  created: string;
  /** Told once, when it is registered. */
  secret?: string;
}

/** An app password, without the password. */
export interface AppPassword {
  id: string;
  name: string;
  created: string;
  /** When it was last used, to the hour. */
  lastUsed?: string;
}

/** An app password that was just made, with what a device asks for. */
export interface NewAppPassword {
  id: string;
  name: string;
  created: string;
  server: string;
  username: string;
  password: string;
}

/** What a feed shows of events: when the time is taken; times, titles and places; all of them. */
export type FeedDetail = 'busy' | 'outline' | 'whole';

/** What a feed is called, and what it shows. */
export interface FeedForm {
  name: string;
  shows: FeedDetail;
  /** Whether private events are shown like all others. */
  showPrivate: boolean;
}

/** A feed of a calendar, without its address. */
export interface Feed extends FeedForm {
  id: string;
  created: string;
  /** When somebody last read it, to the hour. */
  lastRead?: string | null;
}

/** A feed with its address, which is told once. */
export interface NewFeed extends Feed {
  url: string;
}
