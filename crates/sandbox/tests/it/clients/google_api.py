"""google-api-python-client against the stand-in for Google. Usage: google_api.py SANDBOX.JSON"""

import re
import sys
import time

import google.auth.exceptions
import google.oauth2.credentials
from googleapiclient.discovery import build_from_document
from googleapiclient.errors import HttpError

from google_support import berlin, check, control, described, document_of, refused, service_of
from support import Receiver

sandbox = described(sys.argv[1])
google_ = sandbox["google"]
ada = google_["users"][0]
document = document_of(sandbox)
service = service_of(sandbox, ada)
events = service.events()
RFC3339 = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$")


def body(summary, day="2027-02-02", **more):
    return {"summary": summary, "start": berlin(f"{day}T09:00:00"), "end": berlin(f"{day}T10:00:00"), **more}


def insert(summary, day="2027-02-02", calendar="primary", **more):
    return events.insert(calendarId=calendar, body=body(summary, day, **more)).execute()


def all_pages(**parameters):
    request, items = events.list(**parameters), []
    while request is not None:
        answer = request.execute()
        items += answer["items"]
        request = events.list_next(request, answer)
    return items, answer


def single_events():
    made = insert("Zähne 🦷", description="<b>Bring</b> the card", location="Room 2")
    check.fields(
        "insert", made, kind="calendar#event", status="confirmed", summary="Zähne 🦷", sequence=0, eventType="default",
        iCalUID=made["id"] + "@google.com", reminders={"useDefault": True}, location="Room 2",
        description="<b>Bring</b> the card",
        start={"dateTime": "2027-02-02T09:00:00+01:00", "timeZone": "Europe/Berlin"},
        end={"dateTime": "2027-02-02T10:00:00+01:00", "timeZone": "Europe/Berlin"},
        creator={"email": ada["email"], "self": True}, organizer={"email": ada["email"], "self": True},
    )
    check("etag is quoted", re.fullmatch(r'"[^"]+"', made["etag"]), made["etag"])
    check("htmlLink", made["htmlLink"].startswith("https://www.google.com/calendar/event?eid="), made["htmlLink"])
    check("created", RFC3339.match(made["created"]), made["created"])
    check("updated", RFC3339.match(made["updated"]), made["updated"])
    check("id", re.fullmatch(r"[a-v0-9]{5,1024}", made["id"]), made["id"])
    for absent in ["recurrence", "recurringEventId", "originalStartTime", "visibility", "transparency", "attendees"]:
        check(f"no {absent}", absent not in made, made.get(absent))
    check.same("get is what insert said", events.get(calendarId="primary", eventId=made["id"]).execute(), made)

    own = events.insert(calendarId="primary", body=body("Own id", id="kalends0123456789")).execute()
    check.same("own id", own["id"], "kalends0123456789")
    again = events.insert(calendarId="primary", body=body("Own id", id="kalends0123456789"))
    refused("id taken", again, 409, "duplicate", message="The requested identifier already exists.")
    refused("bad id", events.insert(calendarId="primary", body=body("x", id="NOT-hex!")), 400, "invalid")
    uid = events.insert(calendarId="primary", body=body("Uid", iCalUID="abc@elsewhere")).execute()
    check.same("own iCalUID", uid["iCalUID"], "abc@elsewhere")
    found = events.list(calendarId="primary", iCalUID="abc@elsewhere").execute()["items"]
    check.same("list by iCalUID", [e["id"] for e in found], [uid["id"]])

    day = {"summary": "Day", "start": {"date": "2027-02-03"}, "end": {"date": "2027-02-04"}, "transparency": "transparent"}
    day = events.insert(calendarId="primary", body=day).execute()
    check.fields("all day", day, start={"date": "2027-02-03"}, end={"date": "2027-02-04"}, transparency="transparent")

    offset = {"summary": "Offset", "start": {"dateTime": "2027-02-05T09:00:00-05:00"}, "end": {"dateTime": "2027-02-05T10:00:00-05:00"}}
    offset = events.insert(calendarId="primary", body=offset).execute()
    start = offset["start"]["dateTime"]
    check("an offset is kept as a moment", start in ("2027-02-05T15:00:00+01:00", "2027-02-05T09:00:00-05:00"), start)

    changed = events.patch(calendarId="primary", eventId=made["id"], body={"summary": "Neu", "location": None}).execute()
    check.fields("patch", changed, summary="Neu", description="<b>Bring</b> the card", id=made["id"], iCalUID=made["iCalUID"])
    check("patch clears", "location" not in changed, changed)
    check("etag moves", changed["etag"] != made["etag"], changed["etag"])
    check("updated moves", changed["updated"] >= made["updated"], changed["updated"])
    check.same("created stays", changed["created"], made["created"])
    changed["colorId"] = "5"
    changed["visibility"] = "private"
    changed["reminders"] = {"useDefault": False, "overrides": [{"method": "popup", "minutes": 10}, {"method": "email", "minutes": 60}]}
    renewed = events.update(calendarId="primary", eventId=made["id"], body=changed).execute()
    check.fields("update", renewed, colorId="5", visibility="private", summary="Neu")
    check.same(
        "reminders", sorted((r["method"], r["minutes"]) for r in renewed["reminders"]["overrides"]), [("email", 60), ("popup", 10)]
    )
    check.same("own reminders", renewed["reminders"]["useDefault"], False)

    stale = events.update(calendarId="primary", eventId=made["id"], body=changed)
    stale.headers["If-Match"] = made["etag"]
    refused("stale update", stale, 412, "conditionNotMet", location="If-Match", message="Precondition Failed")
    stale = events.patch(calendarId="primary", eventId=made["id"], body={"summary": "late"})
    stale.headers["If-Match"] = made["etag"]
    refused("stale patch", stale, 412, "conditionNotMet")
    stale = events.delete(calendarId="primary", eventId=made["id"])
    stale.headers["If-Match"] = made["etag"]
    refused("stale delete", stale, 412, "conditionNotMet")
    good = events.patch(calendarId="primary", eventId=made["id"], body={"summary": "in time"})
    good.headers["If-Match"] = renewed["etag"]
    check.same("fresh patch", good.execute()["summary"], "in time")
    same = events.get(calendarId="primary", eventId=made["id"])
    same.headers["If-None-Match"] = events.get(calendarId="primary", eventId=made["id"]).execute()["etag"]
    try:
        same.execute()
        check("304", False, "not told")
    except HttpError as error:
        check.same("304", error.resp.status, 304)

    check.same("delete says nothing", events.delete(calendarId="primary", eventId=made["id"]).execute(), "")
    refused("deleted twice", events.delete(calendarId="primary", eventId=made["id"]), 410, "deleted", message="Resource has been deleted")
    check.same("get of a deleted one", events.get(calendarId="primary", eventId=made["id"]).execute()["status"], "cancelled")
    listed = [e["id"] for e in all_pages(calendarId="primary")[0]]
    check("deleted ones are not listed", made["id"] not in listed, listed)
    listed = {e["id"]: e["status"] for e in all_pages(calendarId="primary", showDeleted=True)[0]}
    check.same("showDeleted", listed.get(made["id"]), "cancelled")
    burnt = events.insert(calendarId="primary", body=body("Again", id=made["id"]))
    refused("a burnt id", burnt, 409, "duplicate")


def more_fields():
    people = [
        {"email": "ben@gmail.example", "displayName": "Ben", "optional": True, "comment": "late", "additionalGuests": 2},
        {"email": ada["email"], "responseStatus": "accepted"},
        {"email": "room@gmail.example", "resource": True},
    ]
    made = events.insert(
        calendarId="primary", sendUpdates="none", maxAttendees=10, supportsAttachments=True, conferenceDataVersion=1,
        body=body(
            "Meeting", attendees=people, guestsCanModify=True, guestsCanInviteOthers=False, guestsCanSeeOtherGuests=False,
            extendedProperties={"private": {"p": "1"}, "shared": {"s": "2"}}, source={"title": "T", "url": "https://example.com/"},
            attachments=[{"fileUrl": "https://drive.google.com/file/d/1", "title": "Plan", "mimeType": "application/pdf"}],
            anyoneCanAddSelf=False,
        ),
    ).execute()
    by_mail = {a["email"]: a for a in made["attendees"]}
    check.fields("guest", by_mail["ben@gmail.example"], displayName="Ben", optional=True, responseStatus="needsAction", comment="late", additionalGuests=2)
    check.fields("self", by_mail[ada["email"]], self=True, responseStatus="accepted", organizer=True)
    check.same("resource", by_mail["room@gmail.example"].get("resource"), True)
    check.fields(
        "meeting", made, guestsCanModify=True, guestsCanInviteOthers=False, guestsCanSeeOtherGuests=False,
        extendedProperties={"private": {"p": "1"}, "shared": {"s": "2"}}, source={"title": "T", "url": "https://example.com/"},
    )
    check.same("attachments", [a["fileUrl"] for a in made.get("attachments", [])], ["https://drive.google.com/file/d/1"])
    for name, value in [("privateExtendedProperty", "p=1"), ("sharedExtendedProperty", "s=2")]:
        found = events.list(calendarId="primary", **{name: value}).execute()["items"]
        check.same(name, [e["id"] for e in found], [made["id"]])
        none = events.list(calendarId="primary", **{name: value + "0"}).execute()["items"]
        check.same(f"{name} of nobody", none, [])
    answered = [dict(a, responseStatus="declined") if a.get("self") else a for a in made["attendees"]]
    answered = events.patch(calendarId="primary", eventId=made["id"], sendUpdates="none", body={"attendees": answered}).execute()
    check.same("answer", [a["responseStatus"] for a in answered["attendees"] if a.get("self")], ["declined"])
    few = events.get(calendarId="primary", eventId=made["id"], maxAttendees=1).execute()
    check("maxAttendees", len(few["attendees"]) == 1 and few.get("attendeesOmitted") is True, few.get("attendees"))
    check("maxAttendees keeps oneself", few["attendees"][0].get("self"), few["attendees"])
    meet = {"createRequest": {"requestId": "r1", "conferenceSolutionKey": {"type": "hangoutsMeet"}}}
    meet = events.insert(calendarId="primary", conferenceDataVersion=1, body=body("Meet", conferenceData=meet)).execute()
    data = meet.get("conferenceData", {})
    check.same("conference", data.get("createRequest", {}).get("status", {}).get("statusCode"), "success")
    check("hangoutLink", meet.get("hangoutLink", "").startswith("https://meet.google.com/"), meet.get("hangoutLink"))
    check("entry points", [e["entryPointType"] for e in data.get("entryPoints", [])][:1] == ["video"], data)
    without = events.insert(calendarId="primary", body=body("No meet", conferenceData={"createRequest": {"requestId": "r2"}})).execute()
    check("conferenceDataVersion=0 ignores", "conferenceData" not in without and "hangoutLink" not in without, without)
    quick = events.quickAdd(calendarId="primary", text="Lunch with Ben").execute()
    check.fields("quickAdd", quick, summary="Lunch with Ben", status="confirmed", kind="calendar#event")
    imported = {"iCalUID": "import@elsewhere", "organizer": {"email": "boss@elsewhere.example", "displayName": "Boss"}}
    imported = events.import_(calendarId="primary", body=body("Imported", **imported)).execute()
    check.fields("import", imported, iCalUID="import@elsewhere", summary="Imported")
    check.same("foreign organizer", imported["organizer"]["email"], "boss@elsewhere.example")
    refused("import without iCalUID", events.import_(calendarId="primary", body=body("x")), 400, "required")


def special_types():
    allday = {"start": {"date": "2027-03-01"}, "end": {"date": "2027-03-02"}, "visibility": "public", "transparency": "transparent"}
    place = dict(allday, eventType="workingLocation", workingLocationProperties={"type": "homeOffice", "homeOffice": {}})
    made = events.insert(calendarId="primary", body=place).execute()
    check.fields("working location", made, eventType="workingLocation", workingLocationProperties={"type": "homeOffice", "homeOffice": {}})
    away = body("Away", "2027-03-03", eventType="outOfOffice", outOfOfficeProperties={"autoDeclineMode": "declineAllConflictingInvitations", "declineMessage": "No"})
    away = events.insert(calendarId="primary", body=away).execute()
    check.same("out of office", away["eventType"], "outOfOffice")
    check.same("decline", away.get("outOfOfficeProperties", {}).get("declineMessage"), "No")
    focus = body("Focus", "2027-03-04", eventType="focusTime", focusTimeProperties={"autoDeclineMode": "declineNone", "chatStatus": "doNotDisturb"})
    focus = events.insert(calendarId="primary", body=focus).execute()
    check.same("focus time", (focus["eventType"], focus["focusTimeProperties"]["chatStatus"]), ("focusTime", "doNotDisturb"))
    for kind, there in [("workingLocation", made), ("outOfOffice", away), ("focusTime", focus)]:
        found = events.list(calendarId="primary", eventTypes=kind).execute()["items"]
        check.same(f"eventTypes={kind}", [e["id"] for e in found], [there["id"]])
    both = events.list(calendarId="primary", eventTypes=["focusTime", "outOfOffice"]).execute()["items"]
    check.same("two eventTypes", {e["id"] for e in both}, {away["id"], focus["id"]})
    refused("an event type of nobody", events.insert(calendarId="primary", body=body("x", eventType="party")), 400, "invalid")
    kept = events.patch(calendarId="primary", eventId=focus["id"], body={"summary": "Deep"}).execute()
    check.same("the type stays", kept["eventType"], "focusTime")


def series():
    token = all_pages(calendarId="primary")[1]["nextSyncToken"]
    made = insert("Weekly", "2027-01-04", recurrence=["RRULE:FREQ=WEEKLY;COUNT=5"])
    check.fields("series", made, recurrence=["RRULE:FREQ=WEEKLY;COUNT=5"], start=berlin("2027-01-04T09:00:00+01:00"))
    answer = events.instances(calendarId="primary", eventId=made["id"]).execute()
    check.same("instances: kind", answer["kind"], "calendar#events")
    instances = answer["items"]
    wanted = [made["id"] + f"_202701{day:02}T080000Z" for day in (4, 11, 18, 25)] + [made["id"] + "_20270201T080000Z"]
    check.same("ids of instances", [i["id"] for i in instances], wanted)
    second = instances[1]
    check.fields(
        "instance", second, recurringEventId=made["id"], originalStartTime=berlin("2027-01-11T09:00:00+01:00"),
        iCalUID=made["iCalUID"], start=berlin("2027-01-11T09:00:00+01:00"), status="confirmed",
    )
    check("no recurrence in instances", "recurrence" not in second, second)
    moved = events.patch(
        calendarId="primary", eventId=second["id"], body={"start": berlin("2027-01-12T11:00:00"), "end": berlin("2027-01-12T12:00:00")}
    ).execute()
    check.fields(
        "moved", moved, id=second["id"], originalStartTime=second["originalStartTime"], recurringEventId=made["id"],
        start=berlin("2027-01-12T11:00:00+01:00"),
    )
    check.same("cancelled", events.delete(calendarId="primary", eventId=instances[2]["id"]).execute(), "")
    refused("cancelled twice", events.delete(calendarId="primary", eventId=instances[2]["id"]), 410, "deleted")
    left = events.instances(calendarId="primary", eventId=made["id"]).execute()["items"]
    check.same("four are left", len(left), 4)
    shown = events.instances(calendarId="primary", eventId=made["id"], showDeleted=True).execute()["items"]
    gone = [i for i in shown if i["status"] == "cancelled"]
    check.same("showDeleted shows the cancelled one", [i["id"] for i in gone], [instances[2]["id"]])
    check.same("its original start", gone and gone[0].get("originalStartTime"), instances[2]["originalStartTime"])
    one = events.instances(calendarId="primary", eventId=made["id"], originalStart="2027-01-11T09:00:00+01:00").execute()["items"]
    check.same("originalStart", [i["id"] for i in one], [second["id"]])
    page = events.instances(calendarId="primary", eventId=made["id"], maxResults=2).execute()
    check("instances in pages", len(page["items"]) == 2 and page.get("nextPageToken"), page)

    listed, _ = all_pages(calendarId="primary", timeMin="2027-01-01T00:00:00Z", timeMax="2027-02-02T00:00:00Z")
    parts = {e["id"]: e for e in listed if made["id"] in (e["id"], e.get("recurringEventId"))}
    check.same("master, exception and cancelled one", set(parts), {made["id"], second["id"], instances[2]["id"]})
    check.same("the cancelled one", parts[instances[2]["id"]]["status"], "cancelled")
    singles, answer = all_pages(
        calendarId="primary", singleEvents=True, orderBy="startTime", timeMin="2027-01-01T00:00:00Z", timeMax="2027-02-02T00:00:00Z", maxResults=2
    )
    mine = [e["id"] for e in singles if e.get("recurringEventId") == made["id"]]
    check.same("single events", mine, [wanted[0], wanted[1], wanted[3], wanted[4]])
    starts = [e["start"].get("dateTime") or e["start"]["date"] for e in singles]
    check.same("in order", starts, sorted(starts))
    check("no master among single events", made["id"] not in [e["id"] for e in singles])

    changed, answer = all_pages(calendarId="primary", syncToken=token, maxResults=1)
    check.same("since", {e["id"] for e in changed}, {made["id"], second["id"], instances[2]["id"]})
    check("a new sync token", answer.get("nextSyncToken") and answer["nextSyncToken"] != token, answer)
    nothing = events.list(calendarId="primary", syncToken=answer["nextSyncToken"]).execute()
    check.same("nothing since", nothing["items"], [])
    other = insert("Other", "2027-01-06")
    events.delete(calendarId="primary", eventId=other["id"]).execute()
    events.delete(calendarId="primary", eventId=made["id"]).execute()
    changed, answer = all_pages(calendarId="primary", syncToken=answer["nextSyncToken"])
    states = {e["id"]: e["status"] for e in changed}
    check.same("deletions", (states.get(other["id"]), states.get(made["id"])), ("cancelled", "cancelled"))
    until = insert("Until", "2027-04-05", recurrence=["EXDATE;TZID=Europe/Berlin:20270412T090000", "RRULE:FREQ=WEEKLY;UNTIL=20270503T070000Z"])
    check.same("EXDATE", len(events.instances(calendarId="primary", eventId=until["id"]).execute()["items"]), 4)
    days = {"summary": "Days", "start": {"date": "2027-05-01"}, "end": {"date": "2027-05-02"}, "recurrence": ["RRULE:FREQ=DAILY;COUNT=2"]}
    days = events.insert(calendarId="primary", body=days).execute()
    found = events.instances(calendarId="primary", eventId=days["id"]).execute()["items"]
    check.same("instances of days", [i["id"] for i in found], [days["id"] + "_20270501", days["id"] + "_20270502"])
    check.same("original day", found[1]["originalStartTime"], {"date": "2027-05-02"})
    naked = {"summary": "x", "start": {"dateTime": "2027-05-01T09:00:00+02:00"}, "end": {"dateTime": "2027-05-01T10:00:00+02:00"}}
    refused("a series without a zone", events.insert(calendarId="primary", body=dict(naked, recurrence=["RRULE:FREQ=DAILY"])), 400, "required")
    refused("a rule of nobody", events.insert(calendarId="primary", body=body("x", recurrence=["RRULE:FREQ=NEVER"])), 400, "invalid")
    refused("instances of nothing", events.instances(calendarId="primary", eventId="never0"), 404, "notFound")
    refused("an instance that never is", events.get(calendarId="primary", eventId=days["id"] + "_20270509"), 404, "notFound")


def listings():
    refused(
        "an order that cannot be", events.list(calendarId="primary", orderBy="startTime"), 400, "invalid", location="orderBy",
        message="The requested ordering is not available for the particular query.",
    )
    refused(
        "an empty range", events.list(calendarId="primary", timeMin="2027-01-02T00:00:00Z", timeMax="2027-01-01T00:00:00Z"),
        400, "timeRangeEmpty", location="timeMax", message="The specified time range is empty.",
    )
    refused("a time that is none", events.list(calendarId="primary", timeMin="yesterday"), 400, "badRequest", message="Bad Request")
    token = all_pages(calendarId="primary")[1]["nextSyncToken"]
    for name, value in [
        ("timeMin", "2027-01-02T00:00:00Z"), ("timeMax", "2027-01-02T00:00:00Z"), ("q", "x"), ("orderBy", "updated"),
        ("iCalUID", "x"), ("updatedMin", "2026-01-02T00:00:00Z"), ("privateExtendedProperty", "a=b"), ("sharedExtendedProperty", "a=b"),
    ]:
        refused(f"syncToken with {name}", events.list(calendarId="primary", syncToken=token, **{name: value}), 400, "syncTokenWithRequestRestrictions")
    shown = events.list(calendarId="primary", syncToken=token, showDeleted=False)
    refused("syncToken without deletions", shown, 400, "syncTokenWithRequestRestrictions")
    refused("a sync token of nobody", events.list(calendarId="primary", syncToken="nonsense"), 410, "fullSyncRequired", location="syncToken")
    refused("a page token of nobody", events.list(calendarId="primary", pageToken="nonsense"), 400, "invalid", location="pageToken")
    first = events.list(calendarId="primary", maxResults=1).execute()
    check("nextPageToken", first.get("nextPageToken") and "nextSyncToken" not in first, list(first))
    check.fields("list", first, kind="calendar#events", timeZone="Europe/Berlin", accessRole="owner", summary=ada["email"])
    check("list: etag, updated", first["etag"].startswith('"') and RFC3339.match(first["updated"]), first)
    check("list: defaultReminders", isinstance(first["defaultReminders"], list), first)
    items, _ = all_pages(calendarId="primary", maxResults=3)
    check.same("pages hold everything once", len({e["id"] for e in items}), len(items))
    check.same("as one page does", len(items), len(all_pages(calendarId="primary", maxResults=2500)[0]))
    check("more than can be is cut", "items" in events.list(calendarId="primary", maxResults=9999).execute())
    refused("a page of nothing", events.list(calendarId="primary", maxResults=0), 400, "invalidParameter", location="maxResults")
    updated, _ = all_pages(calendarId="primary", orderBy="updated")
    check.same("orderBy=updated", [e["updated"] for e in updated], sorted(e["updated"] for e in updated))
    found = events.list(calendarId="primary", q="lunch").execute()["items"]
    check.same("q", [e["summary"] for e in found], ["Lunch with Ben"])
    tokyo = events.list(calendarId="primary", timeZone="Asia/Tokyo", iCalUID="abc@elsewhere").execute()
    check.same("timeZone", tokyo["items"][0]["start"]["dateTime"], "2027-02-02T17:00:00+09:00")
    check.same("timeZone is said", tokyo["timeZone"], "Asia/Tokyo")
    refused("a zone of nobody", events.list(calendarId="primary", timeZone="Middle/Earth"), 400, "invalid", location="timeZone")
    part = events.list(calendarId="primary", fields="items(id,start/dateTime),nextSyncToken", iCalUID="abc@elsewhere").execute()
    check("fields", set(part) <= {"items", "nextSyncToken"} and set(part["items"][0]) == {"id", "start"}, part)
    refused("fields of nobody", events.list(calendarId="primary", fields="items(nonsense)"), 400, "invalidParameter", location="fields")
    lately = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 86400))
    since = events.list(calendarId="primary", updatedMin=lately, showDeleted=True).execute()
    check("updatedMin", len(since["items"]) > 3, len(since["items"]))
    token = all_pages(calendarId="primary")[1]["nextSyncToken"]
    control(sandbox, "expire_sync_tokens")
    refused(
        "an expired token", events.list(calendarId="primary", syncToken=token), 410, "fullSyncRequired", location="syncToken",
        message="Sync token is no longer valid, a full sync is required.",
    )
    check("a full sync afterwards", all_pages(calendarId="primary")[1]["nextSyncToken"])


def refusals():
    refused("no such event", events.get(calendarId="primary", eventId="never0"), 404, "notFound", message="Not Found")
    refused("no such calendar", events.list(calendarId="nobody@gmail.example"), 404, "notFound", message="Not Found")
    refused("somebody else's", events.list(calendarId="ben@gmail.example"), 404, "notFound")
    refused("patch of nothing", events.patch(calendarId="primary", eventId="never0", body={"summary": "x"}), 404, "notFound")
    refused("update of nothing", events.update(calendarId="primary", eventId="never0", body=body("x")), 404, "notFound")
    refused("delete of nothing", events.delete(calendarId="primary", eventId="never0"), 404, "notFound")
    refused("no end", events.insert(calendarId="primary", body={"summary": "x", "start": {"date": "2027-01-01"}}), 400, "required", message="Missing end time.")
    refused("no start", events.insert(calendarId="primary", body={"summary": "x", "end": {"date": "2027-01-01"}}), 400, "required")
    backwards = {"summary": "x", "start": berlin("2027-01-01T10:00:00"), "end": berlin("2027-01-01T09:00:00")}
    refused("backwards", events.insert(calendarId="primary", body=backwards), 400, "timeRangeEmpty")
    mixed = {"summary": "x", "start": {"date": "2027-01-01"}, "end": berlin("2027-01-01T09:00:00")}
    refused("a day and a time", events.insert(calendarId="primary", body=mixed), 400, "invalid")
    earth = {"summary": "x", "start": {"dateTime": "2027-01-01T10:00:00", "timeZone": "Middle/Earth"}, "end": berlin("2027-01-01T11:00:00")}
    refused("a zone of nobody", events.insert(calendarId="primary", body=earth), 400, "invalid")
    refused("no time", events.insert(calendarId="primary", body=body("x") | {"start": {"dateTime": "soon"}}), 400, "invalid")
    refused("a colour of nobody", events.insert(calendarId="primary", body=body("x", colorId="99")), 400, "invalid")
    refused("a status of nobody", events.insert(calendarId="primary", body=body("x", status="perhaps")), 400, "invalid")
    refused("a visibility of nobody", events.insert(calendarId="primary", body=body("x", visibility="dim")), 400, "invalid")
    refused("a transparency of nobody", events.insert(calendarId="primary", body=body("x", transparency="grey")), 400, "invalid")
    many = {"useDefault": False, "overrides": [{"method": "popup", "minutes": m} for m in range(6)]}
    refused("six reminders", events.insert(calendarId="primary", body=body("x", reminders=many)), 400, "eventRemindersCountExceedsLimit")
    early = {"useDefault": False, "overrides": [{"method": "popup", "minutes": 40321}]}
    early = events.insert(calendarId="primary", body=body("Early", reminders=early)).execute()
    check.same("a reminder too early is cut", early["reminders"]["overrides"], [{"method": "popup", "minutes": 40320}])
    odd = {"useDefault": False, "overrides": [{"method": "sms", "minutes": 5}, {"method": "popup", "minutes": 5}, {"method": "popup", "minutes": 5}]}
    odd = events.patch(calendarId="primary", eventId=early["id"], body={"reminders": odd}).execute()
    check.same("reminders of nobody, and twice", odd["reminders"]["overrides"], [{"method": "popup", "minutes": 5}])
    back = events.patch(calendarId="primary", eventId=early["id"], body={"reminders": {"useDefault": True}}).execute()
    check.same("back to the default", back["reminders"], {"useDefault": True})
    backwards = events.patch(calendarId="primary", eventId=early["id"], body={"end": berlin("2027-01-01T09:00:00")})
    refused("a patch that turns it round", backwards, 400, "timeRangeEmpty")
    both = {"useDefault": True, "overrides": [{"method": "popup", "minutes": 1}]}
    refused("default and own reminders", events.insert(calendarId="primary", body=body("x", reminders=both)), 400, "cannotUseDefaultRemindersAndSpecifyOverride")
    guest = [{"displayName": "No address"}]
    refused("a guest without address", events.insert(calendarId="primary", body=body("x", attendees=guest)), 400, "required")
    refused("a guest with a bad address", events.insert(calendarId="primary", body=body("x", attendees=[{"email": "nonsense"}])), 400, "invalid")
    refused("move to nowhere", events.move(calendarId="primary", eventId="never0", destination="nobody@gmail.example"), 404, "notFound")
    nobody = build_from_document(document, credentials=google.oauth2.credentials.Credentials("wrong"))
    try:
        nobody.calendarList().list().execute()
        check("a wrong token", False, "accepted")
    except HttpError as error:
        check.same("a wrong token", (error.resp.status, error.error_details[0]["reason"]), (401, "authError"))
    except google.auth.exceptions.RefreshError:
        # On 401 the client wants to refresh, and has nothing to do it with.
        check("a wrong token", True)


def calendars():
    listed = service.calendarList().list().execute()
    check.same("calendarList", listed["kind"], "calendar#calendarList")
    check("its tokens", listed["nextSyncToken"] and listed["etag"].startswith('"'), listed)
    own = [c for c in listed["items"] if c.get("primary")]
    check.same("one is primary", [c["id"] for c in own], [ada["email"]])
    check.fields(
        "primary", own[0], kind="calendar#calendarListEntry", accessRole="owner", timeZone="Europe/Berlin", summary=ada["email"],
        selected=True, conferenceProperties={"allowedConferenceSolutionTypes": ["hangoutsMeet"]},
    )
    for name in ["etag", "colorId", "backgroundColor", "foregroundColor", "defaultReminders"]:
        check(f"primary.{name}", name in own[0], own[0])
    token = listed["nextSyncToken"]
    made = service.calendars().insert(body={"summary": "Practice", "description": "Room 1", "location": "Berlin", "timeZone": "Europe/Paris"}).execute()
    check.fields("calendar", made, kind="calendar#calendar", summary="Practice", description="Room 1", location="Berlin", timeZone="Europe/Paris")
    check("its id", made["id"].endswith("@group.calendar.google.com"), made["id"])
    since = service.calendarList().list(syncToken=token).execute()
    check("calendars since", made["id"] in [c["id"] for c in since["items"]], since)
    one = service.calendars().get(calendarId=made["id"]).execute()
    check.same("calendars.get", one, made)
    entry = service.calendarList().get(calendarId=made["id"]).execute()
    check.fields("entry", entry, summary="Practice", description="Room 1", location="Berlin", accessRole="owner", timeZone="Europe/Paris")
    check("not primary", "primary" not in entry, entry)
    changed = service.calendars().patch(calendarId=made["id"], body={"summary": "Praxis", "location": None}).execute()
    check.fields("calendars.patch", changed, summary="Praxis", description="Room 1")
    check("location cleared", "location" not in changed, changed)
    whole = service.calendars().update(calendarId=made["id"], body={"summary": "Whole"}).execute()
    check("calendars.update", whole["summary"] == "Whole" and "description" not in whole, whole)
    entry = service.calendarList().patch(calendarId=made["id"], body={"summaryOverride": "Mine", "hidden": True, "selected": False, "colorId": "7"}).execute()
    check.fields("calendarList.patch", entry, summaryOverride="Mine", hidden=True, colorId="7", backgroundColor="#42d692", summary="Whole")
    check("selected", not entry.get("selected"), entry)
    listed = service.calendarList().list().execute()["items"]
    check("hidden ones are not listed", made["id"] not in [c["id"] for c in listed], listed)
    listed = service.calendarList().list(showHidden=True).execute()["items"]
    check("showHidden", made["id"] in [c["id"] for c in listed], listed)
    own_reminders = {"defaultReminders": [{"method": "popup", "minutes": 15}], "hidden": False, "selected": True}
    entry = service.calendarList().patch(calendarId=made["id"], body=own_reminders).execute()
    check.same("default reminders", entry["defaultReminders"], [{"method": "popup", "minutes": 15}])
    rgb = service.calendarList().patch(calendarId=made["id"], colorRgbFormat=True, body={"backgroundColor": "#123456", "foregroundColor": "#ffffff"}).execute()
    check.fields("colorRgbFormat", rgb, backgroundColor="#123456", foregroundColor="#ffffff")
    refused("a calendar without a name", service.calendars().insert(body={"description": "x"}), 400, "required")
    refused("no such entry", service.calendarList().get(calendarId="nobody@gmail.example"), 404, "notFound")
    paged = service.calendarList().list(maxResults=1).execute()
    check("calendars in pages", len(paged["items"]) == 1 and paged.get("nextPageToken") and "nextSyncToken" not in paged, paged)
    request, ids = service.calendarList().list(maxResults=1), []
    while request is not None:
        answer = request.execute()
        ids += [c["id"] for c in answer["items"]]
        request = service.calendarList().list_next(request, answer)
    check("all of them once", len(ids) == len(set(ids)) >= 2 and answer.get("nextSyncToken"), ids)
    writers = service.calendarList().list(minAccessRole="owner").execute()["items"]
    check("minAccessRole", ada["email"] in [c["id"] for c in writers], writers)
    there = insert("Away", calendar=made["id"])
    check.fields("elsewhere", there, organizer={"email": made["id"], "displayName": "Whole", "self": True}, creator={"email": ada["email"]})
    home = insert("Moves", "2027-06-01")
    moved = events.move(calendarId="primary", eventId=home["id"], destination=made["id"]).execute()
    check.same("move", (moved["id"], moved["organizer"]["email"]), (home["id"], made["id"]))
    gone = events.get(calendarId="primary", eventId=home["id"])
    try:
        check.same("moved away", gone.execute()["status"], "cancelled")
    except HttpError as error:
        check.same("moved away", error.resp.status, 404)
    refused("clear of another than the primary", service.calendars().clear(calendarId=made["id"]), 400, "invalid")
    check.same("calendars.delete", service.calendars().delete(calendarId=made["id"]).execute(), "")
    refused("gone", service.calendars().get(calendarId=made["id"]), 404, "notFound")
    since = service.calendarList().list(syncToken=token).execute()["items"]
    check.same("a deleted calendar", [c.get("deleted") for c in since if c["id"] == made["id"]], [True])
    refused("the primary one stays", service.calendars().delete(calendarId="primary"), 400, "cannotDeletePrimaryCalendar")
    other = service.calendars().insert(body={"summary": "Other"}).execute()
    check.same("calendarList.delete", service.calendarList().delete(calendarId=other["id"]).execute(), "")
    refused("off the list", service.calendarList().get(calendarId=other["id"]), 404, "notFound")
    again = service.calendarList().insert(body={"id": other["id"]}).execute()
    check.same("calendarList.insert", again["summary"], "Other")
    service.calendars().delete(calendarId=other["id"]).execute()
    settings = {s["id"]: s["value"] for s in service.settings().list().execute()["items"]}
    check.same("settings", settings.get("timezone"), "Europe/Berlin")
    check.same("setting", service.settings().get(setting="timezone").execute()["kind"], "calendar#setting")
    colors = service.colors().get().execute()
    check.same("colors", (colors["kind"], len(colors["calendar"]), len(colors["event"])), ("calendar#colors", 24, 11))
    check.same("a colour", set(colors["event"]["1"]), {"background", "foreground"})


def free_busy():
    insert("Busy", "2027-07-01")
    events.insert(calendarId="primary", body=body("Free", "2027-07-02", transparency="transparent")).execute()
    asked = {"timeMin": "2027-07-01T00:00:00Z", "timeMax": "2027-07-03T00:00:00Z", "items": [{"id": "primary"}, {"id": "nobody@gmail.example"}]}
    answer = service.freebusy().query(body=asked).execute()
    check.fields("freebusy", answer, kind="calendar#freeBusy", timeMin="2027-07-01T00:00:00.000Z", timeMax="2027-07-03T00:00:00.000Z")
    check.same("busy", answer["calendars"]["primary"]["busy"], [{"start": "2027-07-01T07:00:00Z", "end": "2027-07-01T08:00:00Z"}])
    check.same("unknown", answer["calendars"]["nobody@gmail.example"]["errors"], [{"domain": "global", "reason": "notFound"}])
    zoned = service.freebusy().query(body=dict(asked, timeZone="Europe/Berlin")).execute()
    check.same("in a zone", zoned["calendars"]["primary"]["busy"][0]["start"], "2027-07-01T09:00:00+02:00")
    refused("backwards", service.freebusy().query(body=dict(asked, timeMax="2027-06-01T00:00:00Z")), 400, "timeRangeEmpty")
    refused("no times", service.freebusy().query(body={"items": [{"id": "primary"}]}), 400, "required")


def batches():
    answers = {}
    batch = service.new_batch_http_request(callback=lambda id, answer, error: answers.update({id: (answer, error)}))
    batch.add(events.insert(calendarId="primary", body=body("Batch", "2027-08-01")), request_id="made")
    batch.add(events.get(calendarId="primary", eventId="never0"), request_id="nowhere")
    batch.add(service.calendarList().list(), request_id="list")
    stale = events.patch(calendarId="primary", eventId="kalends0123456789", body={"summary": "late"})
    stale.headers["If-Match"] = '"1"'
    batch.add(stale, request_id="stale")
    batch.add(events.delete(calendarId="primary", eventId="kalends0123456789"), request_id="gone")
    batch.execute()
    check.same("batch: made", answers["made"][0] and answers["made"][0]["summary"], "Batch")
    check.same("batch: nowhere", answers["nowhere"][1] and answers["nowhere"][1].resp.status, 404)
    check("batch: list", answers["list"][0] and answers["list"][0]["items"], answers["list"])
    check.same("batch: stale", answers["stale"][1] and answers["stale"][1].resp.status, 412)
    check.same("batch: gone", answers["gone"], ("", None))


def push():
    receiver = Receiver()
    asked = {"id": "channel-1", "type": "web_hook", "address": receiver.address, "token": "target=1", "params": {"ttl": "3600"}}
    channel = events.watch(calendarId="primary", body=asked).execute()
    check.fields("channel", channel, kind="api#channel", id="channel-1", token="target=1")
    check("resourceId, resourceUri", channel["resourceId"] and "/calendar/v3/calendars/" in channel["resourceUri"], channel)
    check("expiration", time.time() * 1000 < int(channel["expiration"]) <= (time.time() + 3700) * 1000, channel)
    headers, _, content = receiver.next()
    headers = {name.lower(): value for name, value in headers.items()}
    check.fields(
        "sync", headers, **{
            "x-goog-channel-id": "channel-1", "x-goog-channel-token": "target=1", "x-goog-resource-state": "sync",
            "x-goog-message-number": "1", "x-goog-resource-id": channel["resourceId"], "x-goog-resource-uri": channel["resourceUri"],
        },
    )
    check("X-Goog-Channel-Expiration", headers.get("x-goog-channel-expiration", "").endswith("GMT"), headers)
    check.same("no body", content, b"")
    refused("a channel twice", events.watch(calendarId="primary", body=asked), 400, "channelIdNotUnique")
    made = insert("Pushed", "2027-08-02")
    headers, _, _ = receiver.next()
    headers = {name.lower(): value for name, value in headers.items()}
    check.fields("exists", headers, **{"x-goog-resource-state": "exists", "x-goog-channel-id": "channel-1", "x-goog-channel-token": "target=1"})
    check("numbers rise", int(headers["x-goog-message-number"]) > 1, headers)
    stopped = service.channels().stop(body={"id": "channel-1", "resourceId": channel["resourceId"]}).execute()
    check.same("stop says nothing", stopped, "")
    refused("stopped twice", service.channels().stop(body={"id": "channel-1", "resourceId": channel["resourceId"]}), 404, "notFound")
    refused("another type", events.watch(calendarId="primary", body=dict(asked, id="c2", type="pigeon")), 400, "invalid")
    events.delete(calendarId="primary", eventId=made["id"]).execute()


def more_channels():
    """Channels of the list, of settings and of rules."""
    receiver = Receiver()
    lists, rules = service.calendarList(), service.acl()

    def asked(name):
        return {"id": name, "type": "web_hook", "address": receiver.address, "token": name}

    def told(what, name, state):
        headers, _, _ = receiver.next()
        headers = {key.lower(): value for key, value in headers.items()}
        check.fields(what, headers, **{"x-goog-channel-id": name, "x-goog-channel-token": name, "x-goog-resource-state": state})
        return headers

    channels = {}
    for name, request, uri in (
        ("of-list", lists.watch(body=asked("of-list"), showHidden=True), "/users/me/calendarList"),
        ("of-settings", service.settings().watch(body=asked("of-settings")), "/users/me/settings"),
        ("of-rules", rules.watch(calendarId="primary", body=asked("of-rules")), "/acl"),
    ):
        channels[name] = channel = request.execute()
        check.fields(name, channel, kind="api#channel", id=name, token=name)
        check(f"{name}: resourceUri", uri in channel["resourceUri"], channel)
        headers = told(f"{name}: sync", name, "sync")
        check.fields(f"{name}: resource", headers, **{"x-goog-resource-id": channel["resourceId"], "x-goog-resource-uri": channel["resourceUri"]})
    made = service.calendars().insert(body={"summary": "Watched"}).execute()
    told("of-list: exists", "of-list", "exists")
    rule = rules.insert(calendarId="primary", body={"role": "reader", "scope": {"type": "user", "value": "nobody@example.com"}}).execute()
    told("of-rules: exists", "of-rules", "exists")
    zone = service.settings().get(setting="timezone").execute()["value"]
    since = service.settings().list().execute()["nextSyncToken"]
    service.calendars().patch(calendarId="primary", body={"timeZone": "Asia/Tokyo"}).execute()
    both = [{key.lower(): value for key, value in receiver.next()[0].items()} for _ in range(2)]
    names = sorted(headers["x-goog-channel-id"] for headers in both)
    check.same("the zone is a setting, and of the list", names, ["of-list", "of-settings"])
    moved = service.settings().list(syncToken=since).execute()["items"]
    check.same("the setting that changed", [(one["id"], one["value"]) for one in moved], [("timezone", "Asia/Tokyo")])
    for name, channel in channels.items():
        stopped = service.channels().stop(body={"id": name, "resourceId": channel["resourceId"]}).execute()
        check.same(f"{name}: stopped", stopped, "")
    refused("rules of nothing", rules.watch(calendarId="nothing", body=asked("x")), 404, "notFound")
    service.calendars().patch(calendarId="primary", body={"timeZone": zone}).execute()
    rules.delete(calendarId="primary", ruleId=rule["id"]).execute()
    service.calendars().delete(calendarId=made["id"]).execute()


def clearing():
    check.same("clear", service.calendars().clear(calendarId="primary").execute(), "")
    check.same("cleared", all_pages(calendarId="primary")[0], [])


check.run(single_events, more_fields, special_types, series, listings, refusals, calendars, free_busy, batches, push, more_channels, clearing)
check.finish()
