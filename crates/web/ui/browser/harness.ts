// The built app behind Vite's preview server, the mock hub in front of it, and the system's Chromium.
import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';
import { build, preview, type PreviewServer } from 'vite';
import { mockHub } from './mock/plugin.ts';

export const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const root = new URL('..', import.meta.url).pathname;

export interface Stage {
  url: string;
  browser: Browser;
  close: () => Promise<void>;
}

export async function openStage(): Promise<Stage> {
  if (!existsSync(executablePath)) throw new Error(`No Chromium at ${executablePath}: install it, or name it in CHROMIUM.`);
  if (!process.env.KEEP_DIST) await build({ root, logLevel: 'error' });
  // A policy as strict as the hub's own, so that a violation shows here first.
  const headers = { 'Content-Security-Policy': "default-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'" };
  const server: PreviewServer = await preview({ root, logLevel: 'error', plugins: [mockHub()], preview: { port: 0, headers } });
  const url = server.resolvedUrls?.local[0] ?? '';
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  return {
    url, browser,
    close: async () => {
      await browser.close();
      await server.close();
    },
  };
}

/** A Wednesday morning in Berlin: no test depends on the day it runs on. */
export const wednesday = Date.parse('2026-11-25T09:20:00Z');

export interface Look {
  /** What the clocks show when the page opens. */
  now?: number;
  width?: number;
  height?: number;
  dark?: boolean;
  touch?: boolean;
}

/** What the page logs as an error, except what tests bring about. */
export function watchErrors(page: Page): string[] {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of (401|403|412|422|503)/.test(message.text())) errors.push(message.text());
  });
  return errors;
}

/** A fresh world and a fresh page; anything the page logs as an error makes `errors` non-empty. */
export async function openPage(stage: Stage, path: string, look: Look = {}): Promise<{ page: Page; errors: string[] }> {
  const now = look.now ?? wednesday;
  await fetch(`${stage.url}mock/reset?now=${now}`);
  const context = await stage.browser.newContext({
    viewport: { width: look.width ?? 1440, height: look.height ?? 900 },
    colorScheme: look.dark ? 'dark' : 'light',
    locale: 'en-GB', timezoneId: 'Europe/Berlin', hasTouch: look.touch ?? false,
    deviceScaleFactor: Number(process.env.SCALE ?? 1),
  });
  await context.clock.install({ time: now });
  const page = await context.newPage();
  const errors = watchErrors(page);
  await page.goto(stage.url.replace(/\/$/, '') + path);
  return { page, errors };
}
