// npm googleapis (its package for calendars) against the stand-in for Google. Usage: google_node.cjs SANDBOX.JSON
const { auth, calendar } = require('@googleapis/calendar');
const { Checks, Receiver, control, described } = require('./support.cjs');

const sandbox = described();
const { root, users: [ada] } = sandbox.google;
const client = new auth.OAuth2();
client.setCredentials({ access_token: ada.token });
const service = calendar({ version: 'v3', auth: client, rootUrl: root, retry: false });
const { events } = service;
const check = new Checks();
const calendarId = 'primary';
const at = (dateTime) => ({ dateTime, timeZone: 'Europe/Berlin' });
const body = (summary, day = '2027-02-02', more = {}) => ({ summary, start: at(`${day}T09:00:00`), end: at(`${day}T10:00:00`), ...more });
const insert = async (...all) => (await events.insert({ calendarId, requestBody: body(...all) })).data;

async function refused(what, promise, status, reason) {
  try {
    const answer = await promise;
    check.that(what, false, `not refused: ${JSON.stringify(answer.data)}`);
  } catch (error) {
    check.same(`${what}: status`, error.status ?? error.response?.status, status);
    check.same(`${what}: reason`, error.response?.data?.error?.errors?.[0]?.reason, reason);
    check.same(`${what}: message`, error.message, error.response?.data?.error?.message);
  }
}

async function all(parameters) {
  const items = [];
  let pageToken;
  for (;;) {
    const { data } = await events.list({ ...parameters, pageToken });
    items.push(...data.items);
    pageToken = data.nextPageToken;
    if (!pageToken) return { items, token: data.nextSyncToken };
  }
}

async function singles() {
  const made = await insert('Node 🦷', '2027-02-02', { description: 'x', location: null, attendees: null, recurrence: null });
  check.fields('insert', made, {
    kind: 'calendar#event', status: 'confirmed', eventType: 'default', sequence: 0, iCalUID: `${made.id}@google.com`,
    reminders: { useDefault: true }, start: { dateTime: '2027-02-02T09:00:00+01:00', timeZone: 'Europe/Berlin' },
    creator: { email: ada.email, self: true }, organizer: { email: ada.email, self: true },
  });
  const eventId = made.id;
  check.same('get', (await events.get({ calendarId, eventId })).data, made);
  const patched = (await events.patch({ calendarId, eventId, requestBody: { summary: 'Neu', description: null } })).data;
  check.that('null clears', patched.summary === 'Neu' && !('description' in patched), patched);
  const stale = { headers: { 'If-Match': made.etag } };
  await refused('stale update', events.update({ calendarId, eventId, requestBody: patched }, stale), 412, 'conditionNotMet');
  await refused('stale delete', events.delete({ calendarId, eventId }, stale), 412, 'conditionNotMet');
  const updated = await events.update({ calendarId, eventId, requestBody: { ...patched, location: 'Room 2' } }, { headers: { 'If-Match': patched.etag } });
  check.same('update', updated.data.location, 'Room 2');
  check.same('the tag as a header', updated.headers.get?.('etag') ?? updated.headers.etag, updated.data.etag);
  check.same('delete', (await events.delete({ calendarId, eventId })).status, 204);
  await refused('twice', events.delete({ calendarId, eventId }), 410, 'deleted');
  await refused('nothing', events.get({ calendarId, eventId: 'never0' }), 404, 'notFound');
  await refused('nowhere', events.list({ calendarId: 'nobody@gmail.example' }), 404, 'notFound');
  await refused('no end', events.insert({ calendarId, requestBody: { start: at('2027-01-01T09:00:00') } }), 400, 'required');
  await refused('backwards', events.list({ calendarId, timeMin: '2027-01-02T00:00:00Z', timeMax: '2027-01-01T00:00:00Z' }), 400, 'timeRangeEmpty');
}

async function series() {
  const { token } = await all({ calendarId });
  const made = await insert('Weekly', '2027-01-04', { recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4'] });
  const { data: { items } } = await events.instances({ calendarId, eventId: made.id });
  check.same('ids', items.map((item) => item.id), [4, 11, 18, 25].map((day) => `${made.id}_202701${String(day).padStart(2, '0')}T080000Z`));
  const moved = await events.patch({ calendarId, eventId: items[1].id, requestBody: { start: at('2027-01-12T11:00:00'), end: at('2027-01-12T12:00:00') } });
  check.fields('moved', moved.data, { recurringEventId: made.id, originalStartTime: items[1].originalStartTime, start: at('2027-01-12T11:00:00+01:00') });
  await events.delete({ calendarId, eventId: items[2].id });
  const window = { timeMin: '2027-01-01T00:00:00Z', timeMax: '2027-02-01T00:00:00Z', singleEvents: true, orderBy: 'startTime', maxResults: 2 };
  const shown = (await all({ calendarId, ...window })).items.filter((item) => item.recurringEventId === made.id);
  check.same('single events', shown.map((item) => item.id), [items[0].id, items[1].id, items[3].id]);
  const since = await all({ calendarId, syncToken: token });
  check.same('since', since.items.map((item) => [item.id, item.status]).sort(), [
    [made.id, 'confirmed'], [items[1].id, 'confirmed'], [items[2].id, 'cancelled'],
  ].sort());
  await events.delete({ calendarId, eventId: made.id });
  const gone = await all({ calendarId, syncToken: since.token });
  check.same('deletions', gone.items.filter((item) => item.id === made.id).map((item) => item.status), ['cancelled']);
  await control(sandbox, 'expire_sync_tokens');
  await refused('an expired token', events.list({ calendarId, syncToken: gone.token }), 410, 'fullSyncRequired');
}

async function rest() {
  await insert('Busy', '2027-07-01');
  const { data: busy } = await service.freebusy.query({ requestBody: { timeMin: '2027-07-01T00:00:00Z', timeMax: '2027-07-02T00:00:00Z', items: [{ id: calendarId }] } });
  check.same('free/busy', busy.calendars.primary.busy, [{ start: '2027-07-01T07:00:00Z', end: '2027-07-01T08:00:00Z' }]);
  const made = (await service.calendars.insert({ requestBody: { summary: 'Practice' } })).data;
  const listed = (await service.calendarList.list()).data.items;
  check.that('calendarList', listed.some((entry) => entry.id === made.id) && listed.some((entry) => entry.primary), listed);
  const entry = await service.calendarList.patch({ calendarId: made.id, colorRgbFormat: true, requestBody: { backgroundColor: '#123456', foregroundColor: '#ffffff' } });
  check.same('colours', entry.data.backgroundColor, '#123456');
  await service.calendars.delete({ calendarId: made.id });
  const typed = await events.list({ calendarId, eventTypes: ['default', 'focusTime'], privateExtendedProperty: ['a=b', 'c=d'] });
  check.same('repeated parameters', typed.data.items, []);
  // This client has no batches: a program of theirs writes them itself.
  const part = (id, line, content = '') => `--b\r\nContent-Type: application/http\r\nContent-ID: <${id}>\r\n\r\n${line}\r\n${content}\r\n`;
  const json = JSON.stringify(body('Batch', '2027-08-01'));
  const text = part('1', `POST /calendar/v3/calendars/primary/events`, `Content-Type: application/json\r\nContent-Length: ${json.length}\r\n\r\n${json}`)
    + part('2', 'GET /calendar/v3/calendars/primary/events/never0') + '--b--';
  const answer = await client.request({ url: `${root}batch/calendar/v3`, method: 'POST', headers: { 'Content-Type': 'multipart/mixed; boundary=b' }, body: text, responseType: 'text' });
  check.that('batch', /Content-ID: <response-1>[^]*HTTP\/1.1 200[^]*Content-ID: <response-2>[^]*HTTP\/1.1 404/.test(answer.data), String(answer.data));
}

async function push() {
  const receiver = await new Receiver().listen();
  const asked = { id: 'node-1', type: 'web_hook', address: receiver.address, token: 'secret' };
  const { data: channel } = await events.watch({ calendarId, requestBody: asked });
  const sync = (await receiver.next()).headers;
  check.fields('sync', sync, {
    'x-goog-resource-state': 'sync', 'x-goog-channel-id': 'node-1', 'x-goog-channel-token': 'secret', 'x-goog-message-number': '1',
    'x-goog-resource-id': channel.resourceId,
  });
  await insert('Pushed', '2027-08-02');
  check.fields('exists', (await receiver.next()).headers, { 'x-goog-resource-state': 'exists', 'x-goog-channel-token': 'secret' });
  const stopped = await service.channels.stop({ requestBody: { id: channel.id, resourceId: channel.resourceId } });
  check.same('stop', stopped.status, 204);
}

// The library's own code flow, with the token that the sandbox gives out ready-made.
async function tokens() {
  const { client_id: clientId, client_secret: clientSecret, redirect_uri: redirectUri } = sandbox.oauth;
  const endpoints = { tokenInfoUrl: `${root}tokeninfo`, oauth2AuthBaseUrl: `${root}o/oauth2/v2/auth`, oauth2TokenUrl: `${root}token`, oauth2RevokeUrl: `${root}revoke` };
  const own = new auth.OAuth2({ clientId, clientSecret, redirectUri, endpoints });
  const { codeVerifier, codeChallenge } = await own.generateCodeVerifierAsync();
  const url = own.generateAuthUrl({ access_type: 'offline', prompt: 'consent', scope: ['https://www.googleapis.com/auth/calendar'], code_challenge: codeChallenge, code_challenge_method: 'S256', state: 's' });
  const page = await fetch(url);
  const proof = /name=proof value="([^"]+)"/.exec(await page.text())[1];
  const cookie = page.headers.getSetCookie().map((one) => one.split(';')[0]).join('; ');
  const form = new URLSearchParams({ proof, email: ada.email, password: ada.password, decision: 'allow' });
  const sent = await fetch(url, { method: 'POST', body: form, headers: { cookie }, redirect: 'manual' });
  const code = new URL(sent.headers.get('location')).searchParams.get('code');
  const { tokens } = await own.getToken({ code, codeVerifier });
  check.that('tokens', tokens.access_token && tokens.refresh_token && tokens.expiry_date > Date.now() + 3_000_000, tokens);
  own.setCredentials({ refresh_token: tokens.refresh_token });
  const mine = calendar({ version: 'v3', auth: own, rootUrl: root });
  check.that('refreshes by itself', (await mine.calendarList.list()).data.items.length > 0);
  const { token } = await own.getAccessToken();
  const info = await own.getTokenInfo(token);
  check.that('token info', info.scopes.includes('https://www.googleapis.com/auth/calendar') && info.aud === clientId && info.expiry_date > Date.now(), info);
  await own.revokeToken(tokens.refresh_token);
  own.setCredentials({ refresh_token: tokens.refresh_token });
  try {
    await own.getAccessToken();
    check.that('revoked', false, 'still good');
  } catch (error) {
    check.same('revoked', error.response?.data?.error, 'invalid_grant');
  }
}

check.run(singles, series, rest, push, tokens);
