"""python-caldav against the face: what a program does in a day. Usage: client.py ROOT USER PASSWORD"""

import datetime
import sys

import caldav
from caldav.elements import dav, ical
from caldav.lib import error

root, user, password = sys.argv[1:]
UTC = datetime.timezone.utc


def at(day, hour):
    return datetime.datetime(2026, 11, day, hour, tzinfo=UTC)


def event(uid, lines, more=""):
    body = f"BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20261101T000000Z\r\n{lines}\r\nEND:VEVENT\r\n{more}"
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\n{body}END:VCALENDAR\r\n"


def refused(wanted, request):
    try:
        request()
    except wanted as refusal:
        return refusal
    raise AssertionError(f"{wanted} was expected")


def summaries(found):
    return sorted(str(c["SUMMARY"]) for f in found for c in f.icalendar_instance.walk("VEVENT"))


# Known by its host alone.
client = caldav.DAVClient(url=root, username=user, password=password)
assert client.supports_caldav() and client.supports_scheduling()
with caldav.DAVClient(url=root, username=user, password="wrong") as stranger:
    refused(error.AuthorizationError, stranger.principal)
principal = client.principal()
assert principal.get_display_name() == "Ada", principal.get_display_name()
assert principal.calendar_user_address_set()[0] == f"mailto:{user}"
[calendar] = principal.get_calendars()
assert calendar.get_display_name() == "Praxis & Söhne"
assert calendar.get_supported_components() == ["VEVENT"]
properties = calendar.get_properties([ical.CalendarColor(), dav.SupportedReportSet()])
assert properties[ical.CalendarColor.tag] == "#FF2D55FF", properties

# Events are made, read, changed and deleted; each time only if nobody was faster.
token = calendar.get_objects_by_sync_token(disable_fallback=True).sync_token
lunch = calendar.add_event(
    event("lunch@x", "DTSTART:20261123T120000Z\r\nDTEND:20261123T130000Z\r\nSUMMARY:Zähne 🦷\r\nCATEGORIES:food,family"),
    no_overwrite=True,
)
lunch.load()
first = lunch.etag
assert first and summaries([lunch]) == ["Zähne 🦷"], lunch.data
other = caldav.Event(client=client, url=lunch.url, parent=calendar)
other.load()
with lunch.edit_icalendar_component() as component:
    component["SUMMARY"] = "Lunch"
lunch.save()
with other.edit_icalendar_component() as component:
    component["SUMMARY"] = "Late"
refused(error.ETagMismatchError, other.save)
lunch.load()
assert summaries([lunch]) == ["Lunch"] and lunch.etag != first
double = event("lunch@x", "DTSTART:20261123T120000Z\r\nSUMMARY:x")
refused(error.ConsistencyError, lambda: calendar.add_event(double, no_overwrite=True))
elsewhere = str(calendar.url.join("another.ics"))
conflict = refused(error.AuthorizationError, lambda: client.put(elsewhere, double, {"Content-Type": "text/calendar"}))
assert "{urn:ietf:params:xml:ns:caldav}no-uid-conflict" in conflict.preconditions, conflict.preconditions

# A series, with an occurrence that is moved and one that is cancelled.
weekly = "DTSTART:20261102T090000Z\r\nDTEND:20261102T100000Z\r\n"
series = calendar.add_event(
    event(
        "series@x",
        weekly + "RRULE:FREQ=WEEKLY;COUNT=4\r\nEXDATE:20261109T090000Z\r\nSUMMARY:Weekly",
        "BEGIN:VEVENT\r\nUID:series@x\r\nDTSTAMP:20261101T000000Z\r\nRECURRENCE-ID:20261116T090000Z\r\n"
        "DTSTART:20261117T140000Z\r\nDTEND:20261117T150000Z\r\nSUMMARY:Moved\r\nEND:VEVENT\r\n",
    )
)
month = {"start": at(1, 0), "end": at(30, 0), "event": True}
whole = calendar.search(**month)
assert summaries(whole) == ["Lunch", "Moved", "Weekly"], summaries(whole)
expanded = calendar.search(**month, server_expand=True)
starts = sorted(str(c["DTSTART"].dt) for f in expanded for c in f.icalendar_instance.walk("VEVENT"))
assert starts == [
    "2026-11-02 09:00:00+00:00",
    "2026-11-17 14:00:00+00:00",
    "2026-11-23 09:00:00+00:00",
    "2026-11-23 12:00:00+00:00",
], starts
assert all("RRULE" not in f.data for f in expanded)
[one] = [f for f in calendar.search(start=at(23, 0), end=at(23, 11), event=True, expand=True)]
with one.edit_icalendar_component() as component:
    component["SUMMARY"] = "Only this"
one.save()
series.load()
assert summaries([series]) == ["Moved", "Only this", "Weekly"], series.data
[one] = [f for f in calendar.search(start=at(2, 0), end=at(2, 11), event=True, expand=True)]
one.cancel()
series.load()
assert "2026-11-02" not in str([f.data for f in calendar.search(start=at(2, 0), end=at(3, 0), event=True, expand=True)])

# Searches by words, and by when an alarm goes off.
def like(text, case_sensitive):
    searcher = calendar.searcher(event=True)
    searcher.add_property_filter("SUMMARY", text, case_sensitive=case_sensitive)
    return summaries(searcher.search(calendar))


assert (like("lun", False), like("Lun", True), like("lun", True)) == (["Lunch"], ["Lunch"], [])
assert summaries(calendar.search(event=True, category="food")) == ["Lunch"]
assert calendar.search(event=True, summary="nothing") == []
assert calendar.get_event_by_uid("lunch@x").url == lunch.url
alarm = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:x\r\nTRIGGER:-PT2H\r\nEND:VALARM"
early = calendar.add_event(event("early@x", f"DTSTART:20261126T080000Z\r\nSUMMARY:Early\r\n{alarm}"))
assert summaries(calendar.search(event=True, alarm_start=at(26, 5), alarm_end=at(26, 7))) == ["Early"]
assert calendar.search(event=True, alarm_start=at(26, 7), alarm_end=at(26, 9)) == []
early.delete()

# Sync: what changed since, in one part or in several.
changes = calendar.get_objects_by_sync_token(token, load_objects=True, disable_fallback=True)
assert {e.id for e in changes if e.id} == {"lunch@x", "series@x"}, list(changes)
lunch.delete()
refused(error.NotFoundError, lunch.load)
gone = calendar.get_objects_by_sync_token(changes.sync_token, disable_fallback=True)
assert [e.url for e in gone] == [lunch.url] and gone.deleted_urls, gone
refused(
    error.AuthorizationError,
    lambda: calendar.get_objects_by_sync_token("urn:kalends:position:x", disable_fallback=True),
)

# Busy time.
busy = calendar.freebusy_request(at(16, 0), at(18, 0))
assert "20261117T140000Z/20261117T150000Z" in busy.data, busy.data

# Calendars are made, renamed and removed.
team = principal.make_calendar(name="Team", cal_id="team", supported_calendar_component_set=["VEVENT"])
team.set_properties([dav.DisplayName("Crew"), ical.CalendarColor("#00FF00FF"), ical.CalendarOrder("7")])
shown = team.get_properties([dav.DisplayName(), ical.CalendarColor(), ical.CalendarOrder()])
assert list(shown.values()) == ["Crew", "#00FF00FF", "7"], shown
assert len(principal.get_calendars()) == 2
team.delete()
assert len(principal.get_calendars()) == 1
tasks = principal.make_calendar(cal_id="t", supported_calendar_component_set=["VTODO"])
tasks.add_todo(summary="Order gloves")
assert [todo.icalendar_component["SUMMARY"] for todo in tasks.get_todos()] == ["Order gloves"]
tasks.delete()
refused(error.AuthorizationError, lambda: calendar.add_todo(summary="Not here"))
print("done")
