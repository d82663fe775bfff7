// The demo's own endpoints, and the three providers' dialects as far as the demo page reads them.
import { send, type Call } from './http.ts';
import type { World } from './world.ts';

export function demoRoutes(world: World, call: Call): boolean {
  if (call.url.pathname === '/demo/state') return send(call, 200, { writes: world.writes, mails: world.mails });
  return false;
}
