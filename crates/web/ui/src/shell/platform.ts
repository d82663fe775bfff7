// What people call the platforms.
import type { ProviderId } from '../api/types';

const names: Record<ProviderId, string> = { google: 'Google', microsoft: 'Microsoft 365', caldav: 'iPhone (CalDAV)', feed: 'Feed' };

export function platformName(provider?: ProviderId | null): string {
  return provider ? (names[provider] ?? provider) : 'Kalends';
}
