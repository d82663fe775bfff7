// The few lines of HTTP that the mock needs.
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface Call {
  method: string;
  url: URL;
  request: IncomingMessage;
  response: ServerResponse;
  body: string;
}

export type Handler = (call: Call) => boolean;

export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

export function send(call: Call, status: number, body?: unknown, headers: Record<string, string> = {}): true {
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const type = typeof body === 'string' ? 'text/plain; charset=utf-8' : status >= 400 ? 'application/problem+json' : 'application/json';
  call.response.writeHead(status, { 'Content-Type': type, ...headers });
  call.response.end(text);
  return true;
}

export function problem(call: Call, status: number, title: string, detail?: string): true {
  return send(call, status, { type: 'about:blank', title, status, detail });
}
