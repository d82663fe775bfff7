"""Each property of an event against the stand-in for Microsoft 365: written in every way that there is, and read in every way.

Usage: graph_fields.py SANDBOX.JSON. What the conformance page says of properties (docs/conformance/microsoft-fields.md) is
shown here. Events are written as the SDK writes them, and read as it reads them.
"""

import asyncio
import json
import sys
import urllib.parse

import httpx
from kiota_serialization_json.json_parse_node_factory import JsonParseNodeFactory
from kiota_serialization_json.json_serialization_writer import JsonSerializationWriter
from msgraph.generated.models.event import Event

from graph_support import asking, check, root_of, service_of
from support import described

sandbox = described(sys.argv[1])
ada, ben = sandbox["microsoft"]["users"]
root = root_of(sandbox)
me = service_of(sandbox, ada["token"]).me
FROM, TO = "2027-01-01T00:00:00Z", "2027-12-31T00:00:00Z"
PROPERTY = "String {66f5a359-4659-4830-9070-00047ec6ac6e} Name Color"


def sent(event):
    """An event of the SDK."""
    return JsonParseNodeFactory().get_root_parse_node("application/json", json.dumps(event).encode()).get_object_value(Event)


def told(event):
    """What the SDK has read, as JSON."""
    writer = JsonSerializationWriter()
    writer.write_object_value(None, event)
    return json.loads(writer.get_serialized_content())


async def raw(method, path, body=None):
    """What the SDK cannot say, or hides."""
    async with httpx.AsyncClient() as http:
        return await http.request(method, f"{root}/{path}", json=body, headers={"Authorization": f"Bearer {ada['token']}"})


def at(text, zone="Europe/Berlin"):
    return {"dateTime": text, "timeZone": zone}


def holds(found, wanted):
    """Whether everything that was said is there; more may be."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(holds(found.get(name), value) for name, value in wanted.items())
    if isinstance(wanted, list):
        return isinstance(found, list) and len(found) == len(wanted) and all(map(holds, found, wanted))
    return found == wanted


def guest(address, kind="required"):
    return {"type": kind, "emailAddress": {"address": address, "name": address.split("@")[0]}}


# A property, a value, another value, and what is read after null was written (... where Graph does not take a null).
WRITABLE = [
    ("subject", "One", "Two", ...),
    ("body", {"contentType": "html", "content": "<p>A <b>word</b></p>"}, {"contentType": "text", "content": "Plain"}, ...),
    ("location", {"displayName": "Room 1"}, {"displayName": "Room 2", "address": {"city": "Berlin"}}, ...),
    ("locations", [{"displayName": "A"}, {"displayName": "B"}], [{"displayName": "C"}], ...),
    ("attendees", [guest(ben["email"])], [guest("cleo@contoso.example", "optional"), guest("room@contoso.example", "resource")], ...),
    ("importance", "high", "low", ...),
    ("sensitivity", "private", "confidential", ...),
    ("showAs", "free", "oof", ...),
    ("categories", ["Own", "Red category"], [], ...),
    ("isReminderOn", False, True, ...),
    ("reminderMinutesBeforeStart", 45, 0, ...),
    ("responseRequested", False, True, ...),
    ("allowNewTimeProposals", False, True, ...),
    ("hideAttendees", True, False, ...),
    ("isOnlineMeeting", True, None, ...),
    ("singleValueExtendedProperties", [{"id": PROPERTY, "value": "Green"}], [{"id": PROPERTY, "value": "Red"}], ...),
]
DAYS = {"isAllDay": True, "start": at("2027-03-01T00:00:00"), "end": at("2027-03-02T00:00:00")}
TIMES = {"start": at("2027-03-01T09:00:00"), "end": at("2027-03-01T10:00:00")}
RULE = {"recurrence": {"pattern": {"type": "daily", "interval": 1}, "range": {"type": "numbered", "startDate": "2027-03-01", "numberOfOccurrences": 3}}}
SHAPES = {"single": TIMES, "all-day": DAYS, "series": TIMES | RULE, "series of days": DAYS | RULE}
EXPAND = f"singleValueExtendedProperties($filter=id eq '{PROPERTY}')"


async def get(id):
    return told(await me.events.by_event_id(id).get(asking(expand=[EXPAND])))


async def instances(id):
    return [told(e) for e in (await me.events.by_event_id(id).instances.get(asking(start_date_time=FROM, end_date_time=TO, top=50))).value]


def body_holds(name, found, wanted):
    """HTML comes back whatever was written."""
    if name == "body" and wanted:
        text = wanted["content"].replace("<p>", "").replace("</p>", "")
        return found and found["contentType"] == "html" and text in found["content"]
    return holds(found, wanted)


async def properties():
    for shape, times in SHAPES.items():
        for name, first, second, cleared in WRITABLE:
            what, series = f"{shape}.{name}", shape.startswith("series")
            made = told(await me.events.post(sent({"subject": "x", **times, name: first})))
            id = made["id"]
            if name != "singleValueExtendedProperties":
                check(f"{what}, post", body_holds(name, made.get(name), first), f"{made.get(name)!r}, not {first!r}")
            got = await get(id)
            check(f"{what}, get", body_holds(name, got.get(name), first), f"{got.get(name)!r}, not {first!r}")
            check.same(f"{what}, type", got["type"], "seriesMaster" if series else "singleInstance")
            if second is None:
                continue
            changed = told(await me.events.by_event_id(id).patch(sent({name: second})))
            for kept in ["id", "iCalUId", "createdDateTime", "type", "start", "end", "isAllDay", "originalStartTimeZone"]:
                check.same(f"{what}, {kept} stays", changed[kept], made[kept])
            check(f"{what}, changeKey", changed["changeKey"] != made["changeKey"], changed["changeKey"])
            got = await get(id)
            check(f"{what}, patched", body_holds(name, got.get(name), second), f"{got.get(name)!r}, not {second!r}")
            if name != "singleValueExtendedProperties":
                (listed,) = [told(e) for e in (await me.events.get(asking(filter=f"id eq '{id}'"))).value]
                check(f"{what}, list", body_holds(name, listed.get(name), second), listed.get(name))
            if series and name != "singleValueExtendedProperties":
                for one in await instances(id):
                    check(f"{what}, instances", body_holds(name, one.get(name), second), one.get(name))
            await me.events.by_event_id(id).delete()


async def occurrences():
    for shape in ["series", "series of days"]:
        master = await me.events.post(sent({"subject": "x", **SHAPES[shape]}))
        first, second, third = await instances(master.id)
        check.same(f"{shape}: types", [e["type"] for e in (first, second, third)], ["occurrence"] * 3)
        one = me.events.by_event_id(second["id"])
        for name, value, other, cleared in WRITABLE:
            what = f"occurrence of {shape}.{name}"
            changed = told(await one.patch(sent({name: value})))
            if name != "singleValueExtendedProperties":
                check(f"{what}, patch", body_holds(name, changed.get(name), value), f"{changed.get(name)!r}, not {value!r}")
            for kept in ["id", "seriesMasterId", "originalStart", "start", "end", "createdDateTime"]:
                check.same(f"{what}, {kept} stays", changed[kept], second[kept])
            check.same(f"{what}, type", changed["type"], "exception")
            got = await get(second["id"])
            check(f"{what}, get", body_holds(name, got.get(name), value), f"{got.get(name)!r}, not {value!r}")
            if name == "singleValueExtendedProperties":
                continue
            all = await instances(master.id)
            check(f"{what}, instances", [body_holds(name, e.get(name), value) for e in all] == [False, True, False], [e.get(name) for e in all])
        expanded = told(await me.events.by_event_id(master.id).get(asking(expand=["exceptionOccurrences"])))
        check.same(f"{shape}: exceptionOccurrences", [e["id"] for e in expanded["exceptionOccurrences"]], [second["id"]])
        await me.events.by_event_id(third["id"]).delete()
        left = (await raw("GET", f"me/events/{urllib.parse.quote(master.id)}?$select=cancelledOccurrences")).json()
        check.same(f"{shape}: cancelledOccurrences", len(left["cancelledOccurrences"]), 1)
        await me.events.by_event_id(master.id).delete()


async def read_only():
    mine = {
        "changeKey": "x", "createdDateTime": "2001-01-01T00:00:00Z", "lastModifiedDateTime": "2001-01-01T00:00:00Z", "webLink": "https://example.com/",
        "bodyPreview": "other", "hasAttachments": True, "iCalUId": "other", "isCancelled": True, "isOrganizer": False, "isDraft": True,
        "onlineMeeting": {"joinUrl": "https://example.com/"}, "onlineMeetingUrl": "https://example.com/", "originalStart": "2001-01-01T00:00:00Z",
        "responseStatus": {"response": "declined"}, "seriesMasterId": "other", "type": "exception", "organizer": {"emailAddress": {"address": "eve@contoso.example"}},
        "originalStartTimeZone": "Tokyo Standard Time", "originalEndTimeZone": "Tokyo Standard Time", "id": "other",
    }
    plain = (await raw("POST", "me/events", {"subject": "Plain", **TIMES})).json()
    for name, value in mine.items():
        answer = await raw("POST", "me/events", {"subject": "Plain", **TIMES, name: value})
        made = answer.json()
        check.same(f"read-only {name}, post", (answer.status_code, set(made)), (201, set(plain)))
        check(f"read-only {name}, post", made.get(name) != value, made.get(name))
        changed = (await raw("PATCH", f"me/events/{urllib.parse.quote(plain['id'])}", {name: value})).json()
        if name in ["changeKey", "lastModifiedDateTime"]:
            check(f"read-only {name}, patch", changed[name] != value, changed[name])
        else:
            check.same(f"read-only {name}, patch", changed.get(name), plain.get(name))


async def requests():
    """What the SDK has no convenient words for, and options beside events."""
    made = (await raw("POST", "me/events", {"subject": "Beside", **TIMES})).json()
    path = "me/events/" + urllib.parse.quote(made["id"])
    own = (await raw("GET", "me/calendar")).json()
    where = (await raw("GET", f"{path}/calendar?$select=name")).json()
    check.same("the calendar of an event", (where["id"], where["name"]), (own["id"], own["name"]))
    check("$select", "owner" not in where, where)
    for name in ["b", "a", "c"]:
        file = {"@odata.type": "#microsoft.graph.fileAttachment", "name": name, "contentBytes": "eA=="}
        check.same("a file", (await raw("POST", f"{path}/attachments", file)).status_code, 201)
    listed = (await raw("GET", f"{path}/attachments?$orderby=name&$select=name&$top=2&$count=true")).json()
    check.same("files in order and in pages", [f["name"] for f in listed["value"]], ["a", "b"])
    check("$count, $select, a link", listed["@odata.count"] == 3 and "size" not in listed["value"][0] and "@odata.nextLink" in listed, listed)
    rest = (await raw("GET", f"{path}/attachments?$orderby=name&$skip=2")).json()
    check.same("$skip", [f["name"] for f in rest["value"]], ["c"])
    extension = {"@odata.type": "microsoft.graph.openTypeExtension", "extensionName": "com.example.X", "a": 1}
    check.same("an extension", (await raw("POST", f"{path}/extensions", extension)).status_code, 201)
    groups = (await raw("GET", "me/calendarGroups")).json()["value"]
    calendars = (await raw("GET", "me/calendars?$top=100")).json()["value"]
    permissions = (await raw("GET", "me/calendar/calendarPermissions")).json()["value"]
    for counted, number in [
        (f"{path}/attachments", 3), (f"{path}/extensions", 1), ("me/calendarGroups", len(groups)), ("me/calendars", len(calendars)),
        ("me/calendar/calendarPermissions", len(permissions)),
    ]:
        answer = await raw("GET", f"{counted}/$count")
        check.same(f"{counted}/$count", (answer.text, answer.headers["content-type"]), (str(number), "text/plain"))
        check.same(f"$search in {counted}", (await raw("GET", f"{counted}?$search=x")).status_code, 400)
    some = await raw("GET", f"{path}/attachments/$count?$filter=name eq 'a'")
    check.same("$count with $filter", some.text, "1")
    check.same("$search", (await raw("GET", "me/events?$search=x")).status_code, 400)
    roles = (await raw("GET", f"me/calendar/allowedCalendarSharingRoles(User='{ben['email']}')")).json()
    check.same("roles", roles["value"], ["freeBusyRead", "limitedRead", "read", "write"])
    other = (await raw("POST", "me/calendars", {"name": "For good"})).json()
    gone = await raw("POST", f"me/calendars/{urllib.parse.quote(other['id'])}/permanentDelete")
    check.same("permanentDelete", gone.status_code, 204)
    check.same("it is gone", (await raw("GET", f"me/calendars/{urllib.parse.quote(other['id'])}")).status_code, 404)
    check.same("the own one stays", (await raw("POST", "me/calendar/permanentDelete")).status_code, 400)
    settings = (await raw("GET", "me/mailboxSettings?$select=timeZone")).json()
    check.same("settings", {n for n in settings if not n.startswith("@")}, {"timeZone"})
    check.same("nobody changes them", (await raw("PATCH", "me/mailboxSettings", {"timeZone": "UTC"})).status_code, 405)
    await raw("DELETE", path)


async def main():
    for part in [properties, occurrences, read_only, requests]:
        await check.wait(part())
    check.finish()


asyncio.run(main())
