"""What stands beside events at Google: calendars, the list of them, rules, settings, free and busy, and the parameters of all methods.

Usage: google_resources.py SANDBOX.JSON. See docs/conformance/google-fields.md.
"""

import sys
import urllib.error
import urllib.request

from google_support import berlin, check, described, refused, service_of

sandbox = described(sys.argv[1])
ada = sandbox["google"]["users"][0]
service = service_of(sandbox, ada)
events, calendars, entries, rules = service.events(), service.calendars(), service.calendarList(), service.acl()
NUMBERS = range(51)
TIMES = {"start": berlin("2027-03-01T09:00:00"), "end": berlin("2027-03-01T10:00:00")}


def calendar_fields():
    readonly = {"id": "mine", "etag": "x", "kind": "y", "dataOwner": "eve@x.example", "autoAcceptInvitations": True, "nonsense": 1}
    made = calendars.insert(body={"summary": "S", "description": "D", "location": "L", "timeZone": "Europe/Paris", **readonly}).execute()
    check.fields("insert", made, kind="calendar#calendar", summary="S", description="D", location="L", timeZone="Europe/Paris")
    check("read-only", made["id"] != "mine" and made["etag"] != "x" and "nonsense" not in made, made)
    id = made["id"]
    for name, value in [("summary", "T"), ("description", "E"), ("location", "M"), ("timeZone", "Europe/Rome")]:
        changed = calendars.patch(calendarId=id, body={name: value}).execute()
        check.same(f"patch {name}", changed[name], value)
        check(f"{name}: etag", changed["etag"] != made["etag"], changed["etag"])
        check.same(f"{name}: get", calendars.get(calendarId=id).execute(), changed)
        check.same(f"{name}: calendarList", entries.get(calendarId=id).execute()[name], value)
        made = changed
    for name in ["description", "location"]:
        check(f"null clears {name}", name not in calendars.patch(calendarId=id, body={name: None}).execute())
    for name, value in [("summary", ""), ("summary", 5), ("description", 5), ("timeZone", "Middle/Earth"), ("labelProperties", {"eventLabels": 5})]:
        refused(f"{name}={value!r}", calendars.patch(calendarId=id, body={name: value}), 400, "invalid")
    label = {"name": "Red", "backgroundColor": "#ff0000"}
    labelled = calendars.patch(calendarId=id, body={"labelProperties": {"eventLabels": [label]}}).execute()
    (one,) = labelled["labelProperties"]["eventLabels"]
    check.fields("a label", one, **label)
    check("its id", len(one["id"]) == 36, one)
    kept = calendars.update(calendarId=id, body={"summary": "U"}).execute()
    check.same("labels stay where they are not said", kept["labelProperties"]["eventLabels"], [one])
    there = events.insert(calendarId=id, body=TIMES | {"eventLabelId": one["id"]}, eventLabelVersion=1).execute()
    check.same("eventLabelId", there.get("eventLabelId"), one["id"])
    old = events.patch(calendarId=id, eventId=there["id"], body={"summary": "x", "eventLabelId": "other"}).execute()
    check.same("eventLabelVersion=0 ignores", old.get("eventLabelId"), one["id"])
    none = events.patch(calendarId=id, eventId=there["id"], body={"eventLabelId": ""}, eventLabelVersion=1).execute()
    check("an empty id takes it away", "eventLabelId" not in none, none)
    refused("a label without colour", calendars.patch(calendarId=id, body={"labelProperties": {"eventLabels": [{"name": "x"}]}}), 400, "required")
    gone = calendars.patch(calendarId=id, body={"labelProperties": {"eventLabels": []}}).execute()
    check("no labels", "labelProperties" not in gone, gone)
    hours = {"workingHoursEnabled": True, "availableTimes": [{"dayOfWeek": "monday", "periodStart": 540, "periodEnd": 1020}]}
    own = calendars.patch(calendarId="primary", body={"workingHours": hours}).execute()
    check.same("hours of work", own.get("workingHours"), hours)
    other = calendars.patch(calendarId=id, body={"workingHours": hours}).execute()
    check("of the primary calendar alone", "workingHours" not in other, other)
    refused("hours without times", calendars.patch(calendarId="primary", body={"workingHours": {"workingHoursEnabled": True}}), 400, "invalid")
    refused("the primary one is not deleted", calendars.delete(calendarId="primary"), 400, "cannotDeletePrimaryCalendar")
    give = calendars.transferOwnership(calendarId=id, newDataOwner="ben@gmail.example", useAdminAccess=True)
    refused("there are no administrators", give, 403, "forbidden")
    calendars.delete(calendarId=id).execute()


def entry_fields():
    id = calendars.insert(body={"summary": "S"}).execute()["id"]
    plain = entries.get(calendarId=id).execute()
    for name, value in [
        ("summary", "X"), ("description", "X"), ("location", "X"), ("timeZone", "UTC"), ("accessRole", "reader"), ("primary", True),
        ("deleted", True), ("dataOwner", "eve@x.example"), ("backgroundColor", "#123456"), ("foregroundColor", "#123456"), ("nonsense", 1),
        ("kind", "x"), ("id", "x"), ("etag", "x"), ("conferenceProperties", {}), ("autoAcceptInvitations", True), ("colorId", None),
    ]:
        check.same(f"{name} changes nothing", entries.patch(calendarId=id, body={name: value}).execute(), plain)
    for name, value in [
        ("colorId", "3"), ("summaryOverride", "O"), ("hidden", True), ("selected", False),
        ("defaultReminders", [{"method": "popup", "minutes": 5}]),
        ("notificationSettings", {"notifications": [{"type": "eventCreation", "method": "email"}]}),
    ]:
        changed = entries.patch(calendarId=id, body={name: value}).execute()
        check(f"patch {name}", changed.get(name) == value or value is False and name not in changed, changed.get(name))
        check.same(f"{name}: get", entries.get(calendarId=id).execute(), changed)
        listed = {c["id"]: c for c in entries.list(showHidden=True).execute()["items"]}
        check.same(f"{name}: list", listed[id], changed)
        again = entries.update(calendarId=id, body=changed).execute()
        check.same(f"{name}: update", {n: v for n, v in again.items() if changed.get(n) != v}, {})
    far = entries.patch(calendarId=id, body={"defaultReminders": [{"method": "email", "minutes": 50000}, {"method": "sms", "minutes": 1}]}).execute()
    check.same("reminders as Google has them", far["defaultReminders"], [{"method": "email", "minutes": 40320}])
    for name, value, reason in [
        ("colorId", "99", "invalid"), ("selected", "yes", "invalid"), ("defaultReminders", [{"method": "popup"}], "required"),
        ("defaultReminders", 5, "invalid"), ("notificationSettings", 5, "invalid"),
        ("notificationSettings", {"notifications": [{"type": "party", "method": "email"}]}, "invalid"),
        ("notificationSettings", {"notifications": [{"type": "agenda"}]}, "required"),
    ]:
        refused(f"{name}={value!r}", entries.patch(calendarId=id, body={name: value}), 400, reason)
    sms = {"notifications": [{"type": "agenda", "method": "sms"}]}
    check("no notes by sms", "notificationSettings" not in entries.patch(calendarId=id, body={"notificationSettings": sms}).execute())
    refused("the primary one stays on the list", entries.delete(calendarId="primary"), 400, "cannotChangeOwnPrimarySubscription")
    refused("an entry of nothing", entries.insert(body={}), 400, "required")
    for role in ["freeBusyReader", "reader", "writerWithoutPrivateAccess", "writer", "owner"]:
        there = entries.list(minAccessRole=role, showHidden=True, showDeleted=False, showOwnOrganizationOnly=True).execute()["items"]
        check(f"minAccessRole={role}", id in [c["id"] for c in there], there)
    calendars.delete(calendarId=id).execute()


def rule_fields():
    id = calendars.insert(body={"summary": "S"}).execute()["id"]
    ben = {"type": "user", "value": "ben@gmail.example"}
    for role in ["freeBusyReader", "reader", "writer", "owner", "none"]:
        made = rules.insert(calendarId=id, body={"role": role, "scope": ben, "id": "x", "etag": "x", "kind": "x"}, sendNotifications=False).execute()
        check.fields(role, made, kind="calendar#aclRule", id="user:ben@gmail.example", role=role, scope=ben)
        check.same(f"{role}: get", rules.get(calendarId=id, ruleId=made["id"]).execute(), made)
    listed = [r["id"] for r in rules.list(calendarId=id).execute()["items"]]
    check("a rule that gives nothing is not listed", "user:ben@gmail.example" not in listed, listed)
    listed = [r["id"] for r in rules.list(calendarId=id, showDeleted=True).execute()["items"]]
    check("showDeleted", "user:ben@gmail.example" in listed, listed)
    for what, body, reason in [
        ("no role", {"scope": ben}, "required"), ("no scope", {"role": "reader"}, "required"), ("no type", {"role": "reader", "scope": {}}, "required"),
        ("a role of nobody", {"role": "x", "scope": ben}, "invalid"), ("a type of nobody", {"role": "reader", "scope": {"type": "robot", "value": "x"}}, "invalid"),
        ("a group", {"role": "reader", "scope": {"type": "group", "value": "g@x.example"}}, "invalid"),
        ("a domain", {"role": "reader", "scope": {"type": "domain", "value": "x.example"}}, "invalid"),
        ("no address", {"role": "reader", "scope": {"type": "user"}}, "invalid"),
    ]:
        refused(what, rules.insert(calendarId=id, body=body), 400, reason)
    refused("one's own", rules.delete(calendarId=id, ruleId="user:" + ada["email"]), 403, "cannotChangeOwnAcl")
    refused("a rule of nobody", rules.get(calendarId=id, ruleId="user:x@y.example"), 404, "notFound")
    refused("a page of nobody", rules.list(calendarId=id, pageToken="x"), 400, "invalid", location="pageToken")
    page = rules.list(calendarId=id, maxResults=1, showDeleted=True).execute()
    check("pages", len(page["items"]) == 1 and page.get("nextPageToken"), page)
    calendars.delete(calendarId=id).execute()


def settings():
    whole = service.settings().list().execute()
    request, ids = service.settings().list(maxResults=5), []
    while request is not None:
        page = request.execute()
        ids += [s["id"] for s in page["items"]]
        request = service.settings().list_next(request, page)
    check.same("pages", ids, [s["id"] for s in whole["items"]])
    check("a token at the end", page.get("nextSyncToken") and "nextPageToken" not in page, page)
    for one in whole["items"]:
        check.same(one["id"], service.settings().get(setting=one["id"]).execute(), one)
    refused("a page of nobody", service.settings().list(pageToken="x"), 400, "invalid", location="pageToken")
    refused("a setting of nobody", service.settings().get(setting="x"), 404, "notFound")


def free_busy_fields():
    range = {"timeMin": "2027-03-01T00:00:00Z", "timeMax": "2027-03-03T00:00:00Z"}
    ask = service.freebusy().query
    check.same("no calendars", ask(body=range).execute()["calendars"], {})
    for what, more, reason in [
        ("many calendars", {"calendarExpansionMax": 51, "items": [{"id": "primary"}]}, "invalid"),
        ("large groups", {"groupExpansionMax": 101, "items": [{"id": "primary"}]}, "invalid"),
        ("more than one wants", {"calendarExpansionMax": 1, "items": [{"id": "primary"}, {"id": "x"}]}, "tooManyCalendarsRequested"),
        ("nothing", {"items": [{}]}, "required"), ("a zone of nobody", {"timeZone": "Middle/Earth"}, "invalid"),
        ("no time", {"timeMin": "x"}, "badRequest"), ("a day", {"timeMin": "2027-03-01"}, "badRequest"),
        ("51", {"items": [{"id": f"{n}@x.example"} for n in NUMBERS]}, "tooManyCalendarsRequested"),
    ]:
        refused(what, ask(body=dict(range, **more)), 400, reason)


def raw(method, path, body=None):
    request = urllib.request.Request(sandbox["google"]["root"] + "calendar/v3/" + path, method=method, data=body)
    request.add_header("Authorization", "Bearer " + ada["token"])
    request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def parameters():
    """What the client would not send."""
    for path, name in [
        ("calendars/primary/events?singleEvents=maybe", "singleEvents"), ("calendars/primary/events?showDeleted=maybe", "showDeleted"),
        ("calendars/primary/events?orderBy=size", "orderBy"), ("calendars/primary/events?eventTypes=party", "eventTypes"),
        ("calendars/primary/events?alwaysIncludeEmail=maybe", "alwaysIncludeEmail"), ("calendars/primary/events?maxResults=some", "maxResults"),
        ("calendars/primary/events?showHiddenInvitations=maybe", "showHiddenInvitations"), ("calendars/primary/events?maxAttendees=0", "maxAttendees"),
        ("users/me/calendarList?minAccessRole=boss", "minAccessRole"), ("users/me/calendarList?showHidden=maybe", "showHidden"),
    ]:
        status, text = raw("GET", path)
        check(path, status == 400 and f'"location":"{name}"' in text, text)
    there = events.insert(calendarId="primary", body=TIMES).execute()["id"]
    for name, value in [("conferenceDataVersion", "2"), ("eventLabelVersion", "2"), ("supportsAttachments", "maybe"), ("sendUpdates", "some"), ("sendNotifications", "maybe")]:
        status, text = raw("PATCH", f"calendars/primary/events/{there}?{name}={value}", b'{"summary": "x"}')
        check(f"{name}={value}", status == 400 and f'"location":"{name}"' in text, text)
    check.same("a name of nobody is ignored", raw("GET", "calendars/primary?nonsense=1&quotaUser=x&userIp=y&key=z&prettyPrint=false&alt=json")[0], 200)
    for body in [b"{", b"[]", b"", b"5"]:
        status, text = raw("POST", "calendars/primary/events", body)
        check(f"{body!r} is no event", status == 400 and "parseError" in text, text)
    old = events.list(calendarId="primary", updatedMin="2020-01-01T00:00:00Z")
    refused("too long ago", old, 410, "updatedMinTooLongAgo", location="updatedMin", message="The requested minimum modification time lies too far in the past.")
    shown = events.list(calendarId="primary", alwaysIncludeEmail=True, showHiddenInvitations=True, eventTypes=["default"]).execute()
    check("hidden invitations", shown["items"], shown)


check.run(calendar_fields, entry_fields, rule_fields, settings, free_busy_fields, parameters)
check.finish()
