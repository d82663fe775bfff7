// npm @microsoft/microsoft-graph-client against the stand-in for Microsoft 365. Usage: graph_node.cjs SANDBOX.JSON, with
// NODE_EXTRA_CA_CERTS naming the sandbox's ca.pem: this client sends no token over plain HTTP.
const { BatchRequestContent, BatchResponseContent, Client, GraphError, PageIterator } = require('@microsoft/microsoft-graph-client');
const { Checks, Receiver, control, described } = require('./support.cjs');

const sandbox = described();
const { tls_root: root, users: [ada, ben] } = sandbox.microsoft;
const client = Client.init({
  baseUrl: root.replace(/\/$/, ''),
  customHosts: new Set([new URL(root).hostname]),
  defaultVersion: 'v1.0',
  authProvider: (done) => done(null, ada.token),
});
const check = new Checks();
const at = (dateTime, timeZone = 'W. Europe Standard Time') => ({ dateTime, timeZone });
const body = (subject, day = '2027-02-02', more = {}) => ({ subject, start: at(`${day}T09:00:00`), end: at(`${day}T10:00:00`), ...more });
const window = { startDateTime: '2027-01-01T00:00:00Z', endDateTime: '2027-12-31T00:00:00Z' };

async function refused(what, promise, status, code) {
  try {
    check.that(what, false, `not refused: ${JSON.stringify(await promise)}`);
  } catch (error) {
    check.that(`${what}: a GraphError`, error instanceof GraphError, error.stack);
    check.same(what, [error.statusCode, error.code], [status, code]);
    check.that(`${what}: request id, message`, error.requestId && error.message, error.body);
  }
}

// Follows the pages as programs of theirs do; returns the link for the next round, too.
async function pages(first) {
  const items = [];
  const iterator = new PageIterator(client, first, (item) => items.push(item) > 0);
  await iterator.iterate();
  return { items, link: iterator.getDeltaLink() };
}

async function singles() {
  const made = await client.api('/me/events').post(body('Node 🦷', '2027-02-02', { transactionId: 'node-1', body: { contentType: 'text', content: 'x' } }));
  check.fields('post', made, { type: 'singleInstance', subject: 'Node 🦷', isAllDay: false, importance: 'normal', sensitivity: 'normal', showAs: 'busy', isOrganizer: true });
  const one = `/me/events/${made.id}`;
  const read = await client.api(one).header('Prefer', 'outlook.timezone="Europe/Berlin"').select('subject,start').get();
  check.same('get', read.start, at('2027-02-02T09:00:00.0000000', 'Europe/Berlin'));
  const changed = await client.api(one).patch({ subject: 'Neu' });
  check.that('patch', changed.subject === 'Neu' && changed.changeKey !== made.changeKey, changed);
  await refused('stale patch', client.api(one).header('If-Match', made['@odata.etag']).patch({ subject: 'late' }), 412, 'ErrorIrresolvableConflict');
  await refused('stale delete', client.api(one).header('If-Match', made['@odata.etag']).delete(), 412, 'ErrorIrresolvableConflict');
  await client.api(one).header('If-Match', changed['@odata.etag']).delete();
  await refused('gone', client.api(one).get(), 404, 'ErrorItemNotFound');
  await refused('no times', client.api('/me/events').post({ subject: 'x' }), 400, 'ErrorPropertyValidationFailure');
  await refused('a property of nobody', client.api('/me/events').post(body('x', '2027-02-02', { colour: 'red' })), 400, 'RequestBodyRead');
  const wrong = Client.init({ baseUrl: root, customHosts: new Set(['localhost']), authProvider: (done) => done(null, 'wrong') });
  await refused('a wrong token', wrong.api('/me/events').get(), 401, 'InvalidAuthenticationToken');
  const listed = await client.api('/me/events').filter("startswith(subject,'No')").orderby('start/dateTime').top(5).count(true).get();
  check.that('list', Array.isArray(listed.value) && typeof listed['@odata.count'] === 'number', listed);
}

async function series() {
  let { link } = await pages(await client.api('/me/calendarView/delta').query(window).get());
  check.that('deltaLink', link?.startsWith(`${root}v1.0/`), link);
  const master = await client.api('/me/events').post(body('Weekly', '2027-03-02', {
    recurrence: {
      pattern: { type: 'weekly', interval: 1, daysOfWeek: ['tuesday'], firstDayOfWeek: 'monday' },
      range: { type: 'numbered', startDate: '2027-03-02', numberOfOccurrences: 4 },
    },
  }));
  const { items } = await pages(await client.api(`/me/events/${master.id}/instances`).query(window).get());
  check.same('instances', items.map((item) => item.type), Array(4).fill('occurrence'));
  const moved = await client.api(`/me/events/${items[1].id}`).patch({ start: at('2027-03-10T11:00:00'), end: at('2027-03-10T12:00:00') });
  check.fields('moved', moved, { type: 'exception', seriesMasterId: master.id, originalStart: items[1].originalStart });
  await client.api(`/me/events/${items[2].id}`).delete();
  const shown = await pages(await client.api('/me/calendarView').query(window).top(2).get());
  check.same('view', shown.items.filter((item) => item.seriesMasterId === master.id).map((item) => item.id), [items[0].id, moved.id, items[3].id]);
  let round = await pages(await client.api(link).get());
  check.same('delta', round.items.map((item) => item.type).sort(), ['exception', 'occurrence', 'occurrence', 'seriesMaster', undefined].sort());
  check.same('the cancelled one', round.items.filter((item) => item['@removed']).map((item) => item.id), [items[2].id]);
  await client.api(`/me/events/${master.id}`).delete();
  round = await pages(await client.api(round.link).get());
  check.same('deletions', round.items.map((item) => [item.id, item['@removed']]), [[master.id, { reason: 'deleted' }]]);
  await control(sandbox, 'expire_sync_tokens');
  await refused('an expired token', client.api(round.link).get(), 410, 'SyncStateNotFound');
}

async function rest() {
  await client.api('/me/events').post(body('Busy', '2027-07-01'));
  const { value: [own, nobody] } = await client.api('/me/calendar/getSchedule').post({
    schedules: [ada.email, 'nobody@contoso.example'], startTime: at('2027-07-01T08:00:00'), endTime: at('2027-07-01T12:00:00'), availabilityViewInterval: 60,
  });
  check.same('getSchedule', [own.availabilityView, nobody.error.responseCode], ['0200', 'ErrorMailRecipientNotFound']);
  const request = (method, path, content) => new Request(`${root}v1.0${path}`, {
    method, ...(content && { body: JSON.stringify(content), headers: { 'Content-Type': 'application/json' } }),
  });
  const content = new BatchRequestContent([
    { id: '1', request: request('POST', '/me/events', body('Batch', '2027-08-01')) },
    { id: '2', request: request('GET', '/me/events/AAMkAGnothing=') },
    { id: '3', request: request('GET', '/me/calendars') },
  ]);
  const answer = new BatchResponseContent(await client.api('/$batch').post(await content.getContent()));
  check.same('batch', ['1', '2', '3'].map((id) => answer.getResponseById(id).status), [201, 404, 200]);
  const calendar = await client.api('/me/calendars').post({ name: 'Node' });
  const there = await client.api(`/me/calendars/${calendar.id}/events`).post(body('There'));
  check.same('elsewhere', (await client.api(`/me/calendars/${calendar.id}/events`).get()).value.map((event) => event.id), [there.id]);
  await client.api(`/me/calendars/${calendar.id}`).delete();
  const meeting = await client.api('/me/events').post(body('Meeting', '2027-07-02', { attendees: [{ type: 'optional', emailAddress: { address: ben.email, name: 'Ben' } }] }));
  check.same('attendees', meeting.attendees.map((a) => [a.type, a.emailAddress.address, a.status.response]), [['optional', ben.email, 'none']]);
  check.same('me', (await client.api('/me').select(['mail']).get()).mail, ada.email);
}

async function push() {
  const receiver = await new Receiver().listen();
  const expirationDateTime = new Date(Date.now() + 3_600_000).toISOString();
  const made = await client.api('/subscriptions').post({
    changeType: 'created,deleted', notificationUrl: receiver.address, resource: '/me/events', clientState: 'node', expirationDateTime,
  });
  check.that('handshake', (await receiver.next()).token);
  const event = await client.api('/me/events').post(body('Pushed', '2027-08-02'));
  const [note] = JSON.parse((await receiver.next()).body).value;
  check.fields('notification', note, { subscriptionId: made.id, clientState: 'node', changeType: 'created' });
  check.same('resourceData', note.resourceData?.id, event.id);
  await client.api(`/subscriptions/${made.id}`).patch({ expirationDateTime: new Date(Date.now() + 7_200_000).toISOString() });
  await client.api(`/subscriptions/${made.id}`).delete();
}

check.run(singles, series, rest, push);
