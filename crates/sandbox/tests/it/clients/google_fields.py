"""Each field of an event against the stand-in for Google: written in every way that there is, and read in every way.

Usage: google_fields.py SANDBOX.JSON. What the conformance page says of fields (docs/conformance/google-fields.md) is shown here.
"""

import base64
import sys

from google_support import berlin, check, described, refused, service_of

sandbox = described(sys.argv[1])
ada = sandbox["google"]["users"][0]
service = service_of(sandbox, ada)
events = service.events()
VERSIONS = {"conferenceDataVersion": 1, "supportsAttachments": True, "eventLabelVersion": 1}


def guests(*more):
    return [{"email": "ben@gmail.example", "displayName": "Ben", **one} for one in more]


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


def read_only():
    mine = {
        "kind": "x", "etag": '"0"', "htmlLink": "https://example.com/", "created": "2001-01-01T00:00:00Z", "updated": "2001-01-01T00:00:00Z",
        "creator": {"email": "eve@gmail.example"}, "organizer": {"email": "eve@gmail.example"}, "hangoutLink": "https://example.com/",
        "locked": True, "attendeesOmitted": True, "recurringEventId": "abcde", "originalStartTime": {"date": "2001-01-01"},
        "nonsense": 1, "gadget": {"type": "x"},
    }
    plain = events.insert(calendarId="primary", body={"summary": "Plain", **TIMES}).execute()
    for name, value in mine.items():
        made = events.insert(calendarId="primary", body={"summary": "Plain", **TIMES, name: value}).execute()
        check.same(f"read-only {name}, insert", set(made), set(plain))
        check(f"read-only {name}, insert", made.get(name) != value, made.get(name))
        for what, request in [
            ("patch", events.patch(calendarId="primary", eventId=made["id"], body={name: value})),
            ("update", events.update(calendarId="primary", eventId=made["id"], body={**made, name: value})),
        ]:
            answer = request.execute()
            check.same(f"read-only {name}, {what}", set(answer), set(plain))
            check(f"read-only {name}, {what}", answer.get(name) != value, answer.get(name))
    for name, value in [("id", "zzzzz"), ("iCalUID", "other@x"), ("privateCopy", True)]:
        answer = events.patch(calendarId="primary", eventId=plain["id"], body={name: value}).execute()
        check.same(f"{name} stays, patch", answer.get(name), plain.get(name))
        answer = events.update(calendarId="primary", eventId=plain["id"], body={**plain, name: value}).execute()
        check.same(f"{name} stays, update", answer.get(name), plain.get(name))
    private = events.insert(calendarId="primary", body={"summary": "x", **TIMES, "privateCopy": True}).execute()
    check.same("privateCopy is said at creation", private.get("privateCopy"), True)
    link = base64.urlsafe_b64decode(plain["htmlLink"].split("eid=")[1] + "===").decode()
    check.same("htmlLink names the event and its calendar", link.split(" "), [plain["id"], ada["email"]])


def defaults():
    for name, default in [
        ("anyoneCanAddSelf", False), ("guestsCanInviteOthers", True), ("guestsCanModify", False), ("guestsCanSeeOtherGuests", True),
        ("endTimeUnspecified", False), ("privateCopy", False), ("visibility", "default"), ("transparency", "opaque"), ("location", ""),
        ("description", ""), ("summary", ""), ("colorId", ""), ("recurrence", []), ("attendees", []),
        ("extendedProperties", {"private": {}, "shared": {}}),
    ]:
        made = events.insert(calendarId="primary", body={**TIMES, name: default}).execute()
        check(f"the default of {name} is left out", name not in made, made.get(name))
    null = events.insert(calendarId="primary", body={**TIMES, **{name: None for name, *_ in WRITABLE}, "id": None}).execute()
    check("null says nothing", "summary" not in null and null["status"] == "confirmed", null)
    said = events.insert(calendarId="primary", body={**TIMES, "guestsCanModify": "true", "sequence": "3"}).execute()
    check.fields("text that is a flag or a number", said, guestsCanModify=True, sequence=3)
    guest = [{"email": "ben@gmail.example", "optional": False, "resource": False, "additionalGuests": 0, "self": True, "organizer": True}]
    guest = events.insert(calendarId="primary", body={**TIMES, "attendees": guest}).execute()
    check.same("a guest's defaults", guest["attendees"], [{"email": "ben@gmail.example", "responseStatus": "needsAction"}])


def limits():
    long = {"private": {"k" * 45: "1", "k" * 44: "v" * 1100}}
    made = events.insert(calendarId="primary", body={**TIMES, "extendedProperties": long}).execute()
    check.same("a long name is dropped and a long value cut", made["extendedProperties"]["private"], {"k" * 44: "v" * 1024})
    gone = events.patch(calendarId="primary", eventId=made["id"], body={"extendedProperties": {"private": {"k" * 44: None, "b": "2"}}}).execute()
    check.same("null takes one property away", gone["extendedProperties"]["private"], {"b": "2"})
    files = [{"fileUrl": f"https://example.com/{n}"} for n in range(26)]
    refused("26 attachments", events.insert(calendarId="primary", body={**TIMES, "attachments": files}, supportsAttachments=True), 400, "invalid")
    drive = [{"fileUrl": "https://drive.google.com/open?id=AB-1"}]
    drive = events.insert(calendarId="primary", body={**TIMES, "attachments": drive}, supportsAttachments=True).execute()
    check.same("fileId", drive["attachments"][0].get("fileId"), "AB-1")
    kept = events.patch(calendarId="primary", eventId=drive["id"], body={"attachments": None}).execute()
    check("attachments of a client that does not know them stay", kept.get("attachments"), kept)
    put = events.update(calendarId="primary", eventId=drive["id"], body=TIMES).execute()
    check("after an update too", put.get("attachments"), put)
    put = events.update(calendarId="primary", eventId=drive["id"], body=TIMES, supportsAttachments=True).execute()
    check("and go where it does", "attachments" not in put, put)


WRONG = [
    ("summary", 5, "invalid"), ("summary", ["x"], "invalid"), ("description", {}, "invalid"), ("recurrence", "RRULE:FREQ=DAILY", "invalid"),
    ("recurrence", ["FREQ=DAILY"], "invalid"), ("recurrence", ["RRULE:FREQ=HOURLY"], "invalid"), ("recurrence", [""], "invalid"),
    ("recurrence", ["DTSTART:20270301T000000Z", "RRULE:FREQ=DAILY"], "invalid"), ("attendees", {}, "invalid"), ("attendees", [{}], "required"),
    ("attendees", [{"email": "a@b.example", "responseStatus": "x"}], "invalid"), ("start", {}, "required"), ("start", None, "required"),
    ("start", {"dateTime": "2027-03-01"}, "invalid"), ("start", {"dateTime": "2027-03-01T09:00:00"}, "required"),
    ("start", {"date": "2027-02-30"}, "invalid"), ("start", {"date": "2027-03-01T00:00:00Z"}, "invalid"), ("start", "2027-03-01", "invalid"),
    ("start", {"date": "2027-03-01", "dateTime": "2027-03-01T08:00:00Z"}, "invalid"),
    ("reminders", {"useDefault": False, "overrides": [{"minutes": 5}]}, "required"),
    ("reminders", {"useDefault": False, "overrides": [{"method": "popup"}]}, "required"), ("reminders", [], "invalid"),
    ("extendedProperties", {"private": {"a": 1}}, "invalid"), ("source", {"title": "x", "url": "ftp://x"}, "invalid"),
    ("guestsCanModify", "yes", "invalid"), ("sequence", 1.5, "invalid"), ("colorId", "0", "invalid"), ("colorId", 3, "invalid"),
    ("visibility", "dim", "invalid"), ("transparency", "grey", "invalid"), ("status", "perhaps", "invalid"),
    ("attachments", [{"title": "x"}], "required"),
]


def wrong_values():
    there = events.insert(calendarId="primary", body={"summary": "x", **TIMES}).execute()
    for name, value, reason in WRONG:
        what = f"{name}={value!r}"
        refused(f"{what}, insert", events.insert(calendarId="primary", body={"summary": "x", **TIMES, name: value}, **VERSIONS), 400, reason)
        put = events.update(calendarId="primary", eventId=there["id"], body={"summary": "x", **TIMES, name: value}, **VERSIONS)
        refused(f"{what}, update", put, 400, reason)
    both = events.patch(calendarId="primary", eventId=there["id"], body={"start": {"date": "2027-03-01"}, "end": {"date": "2027-03-02"}})
    refused("a day beside a time", both, 400, "invalid", message="Invalid start time.")
    day = {"start": {"date": "2027-03-01", "dateTime": None}, "end": {"date": "2027-03-02", "dateTime": None}}
    day = events.patch(calendarId="primary", eventId=there["id"], body=day).execute()
    check.same("a day instead of a time", day["start"], {"date": "2027-03-01"})
    check.same("nothing was changed before", day["sequence"], 1)


def sequences():
    made = events.insert(calendarId="primary", body={"summary": "x", **TIMES}).execute()
    later = {"start": berlin("2027-03-01T08:00:00")}
    moved = events.patch(calendarId="primary", eventId=made["id"], body=later).execute()
    check.same("another time is another edition", (made["sequence"], moved["sequence"]), (0, 1))
    for what, request in [
        ("update", events.update(calendarId="primary", eventId=made["id"], body=made)),
        ("patch", events.patch(calendarId="primary", eventId=made["id"], body={"sequence": 0})),
    ]:
        refused(f"an old edition, {what}", request, 400, "invalid", message=(
            "Invalid sequence value. The specified sequence number is below the current sequence number of the resource. "
            "Re-fetch the resource and use its sequence number on the following request."
        ))
    later = events.patch(calendarId="primary", eventId=made["id"], body={"sequence": 7, "summary": "y"}).execute()
    check.same("a later edition", later["sequence"], 7)
    check.same("a word changes no edition", events.patch(calendarId="primary", eventId=made["id"], body={"summary": "z"}).execute()["sequence"], 7)


def types():
    away = {"summary": "Away", "eventType": "outOfOffice"}
    refused("a day out of office", events.insert(calendarId="primary", body=away | DAYS), 400, "malformedOutOfOfficeEvent", message="An out of office event must not be an all-day event.")
    refused("described", events.insert(calendarId="primary", body=away | TIMES | {"description": "x"}), 400, "malformedOutOfOfficeEvent")
    refused("with guests", events.insert(calendarId="primary", body=away | TIMES | {"attendees": guests({})}), 400, "malformedOutOfOfficeEvent")
    refused("a day of focus", events.insert(calendarId="primary", body=DAYS | {"eventType": "focusTime"}), 400, "malformedFocusTimeEvent")
    home = {"eventType": "workingLocation", "workingLocationProperties": {"type": "homeOffice", "homeOffice": {}}, "visibility": "public", "transparency": "transparent"}
    for name, message in [
        ("visibility", "A working location event must have a visibility setting of public."),
        ("transparency", "A working location event must have a transparency setting of transparent."),
    ]:
        body = {key: value for key, value in home.items() if key != name}
        refused(f"a place without {name}", events.insert(calendarId="primary", body=DAYS | body), 400, "malformedWorkingLocationEvent", message=message)
    two = home | {"start": {"date": "2027-03-01"}, "end": {"date": "2027-03-03"}}
    refused("two days at a place", events.insert(calendarId="primary", body=two), 400, "malformedWorkingLocationEvent", message="An all-day working location event must be exactly one day long.")
    for name in ["workingLocationProperties", "outOfOfficeProperties", "focusTimeProperties"]:
        refused(f"{name} of an ordinary event", events.insert(calendarId="primary", body=TIMES | {name: {}}), 400, "invalid")
    birthday = {"summary": "Ben", "eventType": "birthday", "visibility": "private", "transparency": "transparent", "recurrence": ["RRULE:FREQ=YEARLY"]}
    made = events.insert(calendarId="primary", body=DAYS | birthday).execute()
    check.fields("birthday", made, eventType="birthday", visibility="private", transparency="transparent")
    for name in ["visibility", "transparency", "recurrence"]:
        body = {key: value for key, value in birthday.items() if key != name}
        refused(f"a birthday without {name}", events.insert(calendarId="primary", body=DAYS | body), 400, "malformedBirthdayEvent")
    refused("a birthday at nine", events.insert(calendarId="primary", body=TIMES | birthday), 400, "malformedBirthdayEvent")
    refused("an event from mail", events.insert(calendarId="primary", body=TIMES | {"eventType": "fromGmail"}), 400, "eventTypeRestriction")
    refused("another type, patch", events.patch(calendarId="primary", eventId=made["id"], body={"eventType": "default"}), 400, "eventTypeRestriction")
    refused("another type, update", events.update(calendarId="primary", eventId=made["id"], body=made | {"eventType": "default"}), 400, "eventTypeRestriction")
    refused("a birthday is not moved", events.move(calendarId="primary", eventId=made["id"], destination="primary"), 400, "eventTypeRestriction")
    refused("imported", events.import_(calendarId="primary", body=DAYS | birthday | {"iCalUID": "b@x"}), 400, "eventTypeRestriction")
    series = events.insert(calendarId="primary", body=TIMES | RULE).execute()
    one = events.instances(calendarId="primary", eventId=series["id"]).execute()["items"][0]
    refused(
        "an occurrence is not moved", events.move(calendarId="primary", eventId=one["id"], destination="primary"), 400,
        "cannotChangeOrganizerOfInstance", message="Cannot change the organizer of an instance.",
    )


check.run(fields, occurrences, read_only, defaults, limits, wrong_values, sequences, types)
check.finish()
