// The demo's own endpoints, and the three providers' dialects as far as the demo page reads them.
import { caldavRoutes } from './caldav.ts';
import { send, type Call } from './http.ts';
import { googleRoutes, graphRoutes } from './json-providers.ts';
import type { World } from './world.ts';

function state(world: World, root: string) {
  const secret = { url: `${root}/mock/caldav/cal-private/`, authorization: 'Basic mock', title: 'Ada’s private iCloud' };
  return {
    panes: {
      google: { root: `${root}/mock/google/`, calendarId: 'cal-google', token: 'mock' },
      microsoft: { root: `${root}/mock/graph/`, calendarId: 'cal-microsoft', token: 'mock' },
      caldav: { url: `${root}/mock/caldav/cal-caldav/`, authorization: 'Basic mock' },
      hub: { calendar: 'cal-google' },
    },
    private: { caldav: secret },
    writes: world.writes,
    mails: world.mails,
    faults: { lose_replies: world.loseReplies },
  };
}

export function demoRoutes(world: World, call: Call): boolean {
  const path = call.url.pathname;
  if (path === '/demo/state') return send(call, 200, state(world, `http://${call.request.headers.host}`));
  if (path === '/demo/faults') {
    const body = JSON.parse(call.body) as { lose_replies?: boolean };
    if (body.lose_replies !== undefined) world.loseReplies = body.lose_replies;
    return send(call, 204);
  }
  if (path === '/demo/unplug') {
    world.unpluggedUntil = Date.now() + 3000;
    return send(call, 202, {});
  }
  return googleRoutes(world, call) || graphRoutes(world, call) || caldavRoutes(world, call);
}
