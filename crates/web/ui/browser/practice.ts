// The real program: `kalends demo` in a folder and on ports of its own, as `KALENDS_BIN` has built it.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** From the hub's port to the last one with TLS. */
const ports = 14;
const ready_ms = 60_000;

interface Google {
  root: string;
  calendar: string;
  token: string;
}

export interface Practice {
  /** The link that signs in, once. */
  link: string;
  root: string;
  /** The dentist's calendar at Google, for looking at it from outside. */
  google: Google;
  stop: () => Promise<void>;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

async function freePorts(): Promise<number> {
  for (let tried = 0; tried < 50; tried++) {
    const first = 20_000 + Math.floor(Math.random() * 20_000);
    const free = await Promise.all(Array.from({ length: ports }, (_, nth) => isFree(first + nth)));
    if (free.every(Boolean)) return first;
  }
  throw new Error('There are not enough free ports.');
}

/** The link that the program prints when everything is connected, linked and read. */
async function linkOf(program: ChildProcess): Promise<string> {
  const said: string[] = [];
  program.stderr!.on('data', (text: Buffer) => said.push(text.toString()));
  const timer = setTimeout(() => program.kill('SIGTERM'), ready_ms);
  try {
    for await (const line of createInterface({ input: program.stdout! })) {
      said.push(line);
      const link = /http:\S+\/welcome\?token=\S+/.exec(line);
      if (link) return link[0];
    }
  } finally {
    clearTimeout(timer);
    // Whoever closes the pipe ends the program with its next line.
    program.stdout!.resume();
  }
  throw new Error(`kalends demo ended, or took longer than ${ready_ms} ms:\n${said.join('\n')}`);
}

export async function openPractice(program: string): Promise<Practice> {
  const folder = mkdtempSync(join(tmpdir(), 'kalends-practice-'));
  const port = await freePorts();
  const data = join(folder, 'data');
  const child = spawn(program, ['demo', '--fresh', '--data', data, '--port', String(port)], {
    stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, KALENDS_MASTER_KEY: undefined },
  });
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const link = await linkOf(child);
    const stage = JSON.parse(readFileSync(join(data, 'sandbox.json'), 'utf8')) as {
      google: { root: string; users: { email: string; token: string }[] };
      demo: { practice: { google: { email: string; calendar_id: string } } };
    };
    const { email, calendar_id } = stage.demo.practice.google;
    const token = stage.google.users.find((user) => user.email === email)?.token ?? '';
    return { link, root: new URL('/', link).href, google: { root: stage.google.root, calendar: calendar_id, token }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

export interface GoogleEvent {
  id: string;
  summary: string;
  start: { dateTime?: string };
  end: { dateTime?: string };
}

/** Occurrences at Google whose title begins so, in order. */
export async function atGoogle({ root, calendar, token }: Google, title: string): Promise<GoogleEvent[]> {
  const url = `${root}calendar/v3/calendars/${encodeURIComponent(calendar)}/events?singleEvents=true&orderBy=startTime&maxResults=2500`;
  const response = await fetch(url, { headers: { Authorization: `Bearer ${token}` } });
  const { items } = (await response.json()) as { items: GoogleEvent[] };
  return items.filter((item) => item.summary?.startsWith(title));
}

/** Writes an appointment at Google once more as it is. */
export async function rewriteAtGoogle({ root, calendar, token }: Google, event: GoogleEvent): Promise<void> {
  const url = `${root}calendar/v3/calendars/${encodeURIComponent(calendar)}/events/${encodeURIComponent(event.id)}`;
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
  const response = await fetch(url, { method: 'PATCH', headers, body: JSON.stringify({ summary: event.summary }) });
  if (!response.ok) throw new Error(`Google's stand-in answered ${response.status}.`);
}
