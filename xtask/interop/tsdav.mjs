// tsdav against a CalDAV server that is known by its address. Usage: tsdav.mjs ROOT USER PASSWORD.
import assert from "node:assert/strict";
import { createDAVClient } from "tsdav";

const [serverUrl, username, password] = process.argv.slice(2);
const client = await createDAVClient({
  serverUrl,
  credentials: { username, password },
  authMethod: "Basic",
  defaultAccountType: "caldav",
});
const calendars = await client.fetchCalendars();
const calendar = calendars.find((one) => one.components.includes("VEVENT"));
assert(calendar, "a calendar for events is found");

const text = (uid, title, start) =>
  [
    "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//interop.example//tsdav//EN", "BEGIN:VEVENT", `UID:${uid}`,
    "DTSTAMP:20261101T000000Z", `DTSTART:${start}T090000Z`, `DTEND:${start}T100000Z`, `SUMMARY:${title}`,
    "RRULE:FREQ=DAILY;COUNT=3", "END:VEVENT", "END:VCALENDAR", "",
  ].join("\r\n");
const make = (uid, title, start) =>
  client.createCalendarObject({ calendar, filename: `${uid}.ics`, iCalString: text(uid, title, start) });
const objects = (more = {}) => client.fetchCalendarObjects({ calendar, ...more });
const titled = (all, title) => all.filter((one) => one.data.includes(`SUMMARY:${title}`));

assert((await make("one", "One", "20270201")).ok, "an event is made");
assert((await make("two", "Two", "20270301")).ok, "another is made");
assert.equal((await make("one", "Twin", "20270201")).status, 412, "the same is not made again");
assert.equal((await objects()).length, 2);

const week = { start: "2027-02-02T00:00:00Z", end: "2027-02-03T00:00:00Z" };
const found = await objects({ timeRange: week });
assert.equal(titled(found, "One").length, 1, "a query by time finds occurrences");
assert.equal(found.length, 1);
const expanded = await objects({ timeRange: week, expand: true });
assert(!expanded[0].data.includes("RRULE"), "a series is expanded");

const before = {
  ...calendar,
  objects: await objects(),
  objectMultiGet: client.calendarMultiGet,
  fetchObjects: ({ collection }) => client.fetchCalendarObjects({ calendar: collection }),
};
const [one] = titled(before.objects, "One");
const edited = { ...one, data: one.data.replace("SUMMARY:One", "SUMMARY:One more") };
assert((await client.updateCalendarObject({ calendarObject: edited })).ok, "it is edited");
const stale = await client.updateCalendarObject({ calendarObject: edited });
assert.equal(stale.status, 412, "an edit of what was not read is refused");
const [two] = titled(before.objects, "Two");
assert((await client.deleteCalendarObject({ calendarObject: two })).ok, "it is deleted");

for (const method of ["webdav", "basic"]) {
  const { created, updated, deleted } = await client.smartCollectionSync({
    collection: before,
    method,
    detailedResult: true,
  }).then((result) => result.objects);
  assert.deepEqual(
    [created.length, updated.length, deleted.length],
    [0, 1, 1],
    `a sync (${method}) tells what changed`,
  );
}
const made = await client.makeCalendar({
  url: new URL("made/", calendar.url).href.replace("/calendar/made/", "/made/"),
  props: { displayname: "Made" },
});
assert(made.every((one) => one.ok), "a calendar is made");
assert((await client.fetchCalendars()).some((one) => one.displayName === "Made"));
console.log("found, made, edited, deleted, queried, expanded and synced");
