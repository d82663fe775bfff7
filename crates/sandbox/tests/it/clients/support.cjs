// What the Node scripts share: counted checks, and a receiver for notifications on this machine.
const { createServer } = require('node:http');
const { readFileSync } = require('node:fs');
const { isDeepStrictEqual } = require('node:util');

class Checks {
  count = 0;
  failed = [];

  that(what, holds, detail = '') {
    this.count += 1;
    if (!holds) this.failed.push(`${what}: ${typeof detail === 'string' ? detail : JSON.stringify(detail)}`.slice(0, 600));
  }

  same(what, found, wanted) {
    this.that(what, isDeepStrictEqual(found, wanted), `${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
  }

  fields(what, found, wanted) {
    for (const [name, value] of Object.entries(wanted)) this.same(`${what}.${name}`, found?.[name], value);
  }

  // Every part is carried out; what did not hold is told at the end.
  async run(...parts) {
    for (const part of parts) {
      try {
        await part();
      } catch (error) {
        this.that(part.name, false, `${error.stack}`);
      }
    }
    for (const line of this.failed) console.error(line);
    if (this.failed.length) {
      console.error(`${this.failed.length} of ${this.count} checks failed`);
      process.exit(1);
    }
    console.log('done');
    process.exit(0);
  }
}

const described = () => JSON.parse(readFileSync(process.argv[2], 'utf8'));

// Sends an order such as expire_sync_tokens to the sandbox's control port.
const control = async (sandbox, command) => fetch(sandbox.control.root + command, { method: 'POST' });

// Takes notifications; shakes hands as Graph wants it.
class Receiver {
  arrived = [];
  waiting = [];

  async listen() {
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += chunk));
      request.on('end', () => {
        const token = new URL(request.url, 'http://x').searchParams.get('validationToken');
        response.writeHead(200, { 'Content-Type': 'text/plain' }).end(token ?? '');
        const taker = this.waiting.shift();
        const message = { headers: request.headers, token, body };
        if (taker) taker(message);
        else this.arrived.push(message);
      });
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.address = `http://127.0.0.1:${server.address().port}/push`;
    return this;
  }

  next() {
    if (this.arrived.length) return Promise.resolve(this.arrived.shift());
    return new Promise((resolve, reject) => {
      this.waiting.push(resolve);
      setTimeout(() => reject(new Error('nothing arrived')), 10_000).unref();
    });
  }
}

module.exports = { Checks, Receiver, control, described };
