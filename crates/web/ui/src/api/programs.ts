// The contract about programs and devices; the rest of it is in types.ts.

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
