// The mock hub as a Vite plugin: it answers the contract in front of the dev server and of the built app.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Plugin } from 'vite';
import { bodyOf, type Call } from './http.ts';
import { demoRoutes } from './demo.ts';
import { restRoutes, type Session } from './rest.ts';
import { seed } from './seed.ts';

export function mockHub(): Plugin {
  let world = seed(Date.now());
  const session: Session = { signedIn: true, password: 'practice' };

  async function answer(request: IncomingMessage, response: ServerResponse, next: () => void) {
    const url = new URL(request.url ?? '/', 'http://mock');
    if (url.pathname === '/mock/reset') {
      world = seed(Number(url.searchParams.get('now')) || Date.now());
      session.signedIn = url.searchParams.get('signedIn') !== 'false';
      session.password = 'practice';
      return response.end('ok');
    }
    if (!/^\/(api|demo\/|mock)/.test(url.pathname)) return next();
    const call: Call = { method: request.method ?? 'GET', url, request, response, body: await bodyOf(request) };
    if (!restRoutes(world, session, call) && !demoRoutes(world, call)) next();
  }
  const use = (server: { middlewares: { use: (handler: typeof answer) => unknown } }) => void server.middlewares.use(answer);
  return { name: 'mock-hub', configureServer: use, configurePreviewServer: use };
}
