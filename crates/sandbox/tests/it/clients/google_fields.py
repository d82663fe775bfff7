"""Each field of an event against the stand-in for Google: written in every way that there is, and read in every way.

Usage: google_fields.py SANDBOX.JSON. What the conformance page says of fields (docs/conformance/google.md) is shown here.
"""

import sys

from google_support import berlin, check, described, service_of

sandbox = described(sys.argv[1])
ada = sandbox["google"]["users"][0]
service = service_of(sandbox, ada)
events = service.events()
VERSIONS = {"conferenceDataVersion": 1, "supportsAttachments": True, "eventLabelVersion": 1}

# A field, a value, another value, and what is read after the field was cleared.
WRITABLE = [
    ("summary", "One", "Two", None),
    ("description", "A <b>bold</b> word", "Plain", None),
    ("location", "Room 1", "Room 2", None),
    ("colorId", "3", "11", None),
    ("status", "tentative", "confirmed", "confirmed"),
    ("visibility", "private", "public", None),
    ("transparency", "transparent", None, None),
    ("attendees", [{"email": "ben@gmail.example"}], [{"email": "cleo@gmail.example", "optional": True}], None),
    ("anyoneCanAddSelf", True, None, None),
    ("guestsCanInviteOthers", False, None, None),
    ("guestsCanModify", True, None, None),
    ("guestsCanSeeOtherGuests", False, None, None),
    ("reminders", {"useDefault": False, "overrides": [{"method": "popup", "minutes": 7}]}, {"useDefault": False}, {"useDefault": True}),
    ("extendedProperties", {"private": {"a": "1"}, "shared": {"b": "2"}}, {"private": {"c": "3"}}, None),
    ("source", {"title": "T", "url": "https://example.com/"}, {"title": "U", "url": "http://example.org/x"}, None),
    (
        "attachments", [{"fileUrl": "https://drive.google.com/file/d/1/view", "title": "Plan", "mimeType": "application/pdf"}],
        [{"fileUrl": "https://example.com/x.png", "title": "X", "mimeType": "image/png", "iconLink": "https://example.com/i.png"}], None,
    ),
]
DAYS = {"start": {"date": "2027-03-01"}, "end": {"date": "2027-03-02"}}
TIMES = {"start": berlin("2027-03-01T09:00:00"), "end": berlin("2027-03-01T10:00:00")}
RULE = {"recurrence": ["RRULE:FREQ=DAILY;COUNT=3"]}
SHAPES = {"single": TIMES, "all-day": DAYS, "series": TIMES | RULE, "series of days": DAYS | RULE}


def holds(found, wanted):
    """Whether everything that was said is there; more may be."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(holds(found.get(name), value) for name, value in wanted.items())
    if isinstance(wanted, list):
        return isinstance(found, list) and len(found) == len(wanted) and all(map(holds, found, wanted))
    return found == wanted


def seen(what, id, name, value, instances=False):
    """A field as get, list and instances tell it."""
    got = events.get(calendarId="primary", eventId=id).execute()
    check(f"{what}, get", holds(got.get(name), value), f"{got.get(name)!r}, not {value!r}")
    listed = {e["id"]: e for e in events.list(calendarId="primary", maxResults=2500).execute()["items"]}
    if id in listed:
        check.same(f"{what}, list", listed[id], got)
    if instances:
        one = events.instances(calendarId="primary", eventId=id).execute()["items"][1]
        check(f"{what}, instances", holds(one.get(name), value), f"{one.get(name)!r}, not {value!r}")
        same = events.get(calendarId="primary", eventId=one["id"]).execute()
        check.same(f"{what}, an instance by its id", same, one)
    return got


def fields():
    for shape, times in SHAPES.items():
        for name, first, second, cleared in WRITABLE:
            what, series = f"{shape}.{name}", shape.startswith("series")
            made = events.insert(calendarId="primary", body={"summary": "x", **times, name: first}, **VERSIONS).execute()
            check(f"{what}, insert", holds(made.get(name), first), f"{made.get(name)!r}, not {first!r}")
            id = made["id"]
            got = seen(f"{what} inserted", id, name, first, series)
            check.same(f"{what}, insert and get", got, made)
            other = {key: value for key, value in got.items() if key != name}
            put = events.update(calendarId="primary", eventId=id, body=other | ({name: second} if second else {}), **VERSIONS).execute()
            check(f"{what}, update", holds(put.get(name), second), f"{put.get(name)!r}, not {second!r}")
            seen(f"{what} updated", id, name, second, series)
            patched = events.patch(calendarId="primary", eventId=id, body={name: first}, **VERSIONS).execute()
            check(f"{what}, patch", holds(patched.get(name), first), f"{patched.get(name)!r}, not {first!r}")
            check(f"{what}, etag", len({made["etag"], put["etag"], patched["etag"]}) == 3, patched["etag"])
            check(f"{what}, updated", made["updated"] <= put["updated"] <= patched["updated"], patched["updated"])
            for kept in ["id", "created", "creator", "organizer", "iCalUID", "kind", "htmlLink", "eventType"]:
                check.same(f"{what}, {kept} stays", patched[kept], made[kept])
            seen(f"{what} patched", id, name, first, series)
            if name == "status":
                continue
            gone = events.patch(calendarId="primary", eventId=id, body={name: None}, **VERSIONS).execute()
            check(f"{what}, null", holds(gone.get(name), cleared), f"{gone.get(name)!r}, not {cleared!r}")
            events.delete(calendarId="primary", eventId=id).execute()


def occurrences():
    for shape in ["series", "series of days"]:
        master = events.insert(calendarId="primary", body={"summary": "x", **SHAPES[shape]}).execute()
        first, second, third = events.instances(calendarId="primary", eventId=master["id"]).execute()["items"]
        for name, value, other, cleared in WRITABLE:
            what = f"occurrence of {shape}.{name}"
            id = second["id"]
            token = events.list(calendarId="primary").execute()["nextSyncToken"]
            patched = events.patch(calendarId="primary", eventId=id, body={name: value}, **VERSIONS).execute()
            check(f"{what}, patch", holds(patched.get(name), value), f"{patched.get(name)!r}, not {value!r}")
            for kept in ["id", "recurringEventId", "originalStartTime", "iCalUID", "start", "end", "created"]:
                check.same(f"{what}, {kept} stays", patched[kept], second[kept])
            seen(what, id, name, value)
            since = {e["id"]: e for e in events.list(calendarId="primary", syncToken=token).execute()["items"]}
            check(f"{what}, sync", holds(since.get(id, {}).get(name), value), since)
            all = events.instances(calendarId="primary", eventId=master["id"]).execute()["items"]
            check.same(f"{what}, instances", [holds(e.get(name), value) for e in all], [False, True, False])
            whole = {key: value for key, value in patched.items() if key != name}
            put = events.update(calendarId="primary", eventId=id, body=whole | ({name: other} if other else {}), **VERSIONS).execute()
            check(f"{what}, update", holds(put.get(name), other), f"{put.get(name)!r}, not {other!r}")
        events.delete(calendarId="primary", eventId=master["id"]).execute()


check.run(fields, occurrences)
check.finish()
