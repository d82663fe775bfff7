"""google-api-python-client against the face: what a program does in a day. Usage: client.py ROOT TOKEN"""

import json
import sys

import google.oauth2.credentials
import googleapiclient.discovery_cache
from googleapiclient.discovery import build_from_document
from googleapiclient.errors import HttpError

root, token = sys.argv[1:]
path = googleapiclient.discovery_cache.__path__[0] + "/documents/calendar.v3.json"
with open(path) as file:
    document = json.load(file)
# Only where the service is changes.
document["rootUrl"] = root
document["baseUrl"] = root + "calendar/v3/"
credentials = google.oauth2.credentials.Credentials(token)
service = build_from_document(document, credentials=credentials)
events = service.events()


def status_of(request):
    try:
        request.execute()
    except HttpError as error:
        return error.resp.status, error.error_details[0]["reason"]
    return 200, ""


calendars = service.calendarList().list().execute()["items"]
assert [c["id"] for c in calendars if c.get("primary")] == ["ada@example.com"], calendars
start = {"dateTime": "2026-11-24T09:00:00", "timeZone": "Europe/Berlin"}
end = {"dateTime": "2026-11-24T10:00:00", "timeZone": "Europe/Berlin"}
single = events.insert(
    calendarId="ada@example.com",
    body={"summary": "Zähne 🦷", "start": start, "end": end},
    sendUpdates="none",
    conferenceDataVersion=1,
).execute()
assert single["start"]["dateTime"] == "2026-11-24T09:00:00+01:00", single

token = events.list(calendarId="primary").execute()["nextSyncToken"]
series = events.insert(
    calendarId="primary",
    body={"summary": "Weekly", "start": start, "end": end, "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=3"]},
).execute()
instances = events.instances(calendarId="primary", eventId=series["id"]).execute()["items"]
assert len(instances) == 3
events.patch(calendarId="primary", eventId=instances[1]["id"], body={"summary": "Moved"}).execute()
events.delete(calendarId="primary", eventId=instances[2]["id"]).execute()
listed = events.list(
    calendarId="primary", singleEvents=True, orderBy="startTime", timeMin="2026-11-25T00:00:00Z", maxResults=10
).execute()["items"]
assert [e["summary"] for e in listed] == ["Moved"], listed

request, changed = events.list(calendarId="primary", syncToken=token, maxResults=1), []
while request is not None:
    response = request.execute()
    changed += response["items"]
    request = events.list_next(request, response)
assert {e["id"] for e in changed} == {series["id"], instances[1]["id"], instances[2]["id"]}, changed
assert response["nextSyncToken"]

single["summary"] = "Neu"
update = events.update(calendarId="primary", eventId=single["id"], body=single)
update.headers["If-Match"] = single["etag"]
renewed = update.execute()
assert renewed["summary"] == "Neu" and renewed["etag"] != single["etag"]
update.headers["If-Match"] = single["etag"]
assert status_of(update) == (412, "conditionNotMet")

answers = {}
batch = service.new_batch_http_request(callback=lambda id, answer, error: answers.update({id: (answer, error)}))
batch.add(events.get(calendarId="primary", eventId=single["id"]), request_id="there")
batch.add(events.get(calendarId="primary", eventId="never0"), request_id="nowhere")
batch.add(
    events.insert(calendarId="primary", body={"summary": "Batch", "start": {"date": "2026-12-24"}, "end": {"date": "2026-12-25"}}),
    request_id="made",
)
batch.execute()
assert answers["there"][0]["summary"] == "Neu", answers
assert answers["nowhere"][1].resp.status == 404, answers
assert answers["made"][0]["start"] == {"date": "2026-12-24"}, answers

busy = service.freebusy().query(
    body={"timeMin": "2026-11-24T00:00:00Z", "timeMax": "2026-11-25T00:00:00Z", "items": [{"id": "primary"}]}
).execute()
assert busy["calendars"]["primary"]["busy"] == [{"start": "2026-11-24T08:00:00Z", "end": "2026-11-24T09:00:00Z"}], busy

channel = events.watch(
    calendarId="primary", body={"id": "c1", "type": "web_hook", "address": "https://example.com/", "token": "t"}
).execute()
service.channels().stop(body={"id": "c1", "resourceId": channel["resourceId"]}).execute()

assert events.delete(calendarId="primary", eventId=series["id"]).execute() == ""
assert status_of(events.delete(calendarId="primary", eventId=series["id"])) == (410, "deleted")
assert status_of(events.list(calendarId="primary", syncToken="nonsense")) == (410, "fullSyncRequired")

# Calendars, their entries, moves, parts of answers, settings.
practice = service.calendars().insert(body={"summary": "Practice"}).execute()
practice = service.calendars().patch(calendarId=practice["id"], body={"description": "Room 1"}).execute()
assert (practice["summary"], practice["description"]) == ("Practice", "Room 1"), practice
entry = service.calendarList().patch(
    calendarId=practice["id"], colorRgbFormat=True, body={"backgroundColor": "#123456", "foregroundColor": "#ffffff"}
).execute()
assert entry["backgroundColor"] == "#123456", entry
moved = events.move(calendarId="primary", eventId=single["id"], destination=practice["id"]).execute()
assert moved["organizer"]["displayName"] == "Practice", moved
listed = events.list(calendarId=practice["id"], fields="items(id,summary),nextSyncToken").execute()
assert [set(item) <= {"id", "summary"} for item in listed["items"]] == [True] * len(listed["items"]) != [], listed
assert "nextSyncToken" in listed and "kind" not in listed, listed
settings = {item["id"]: item["value"] for item in service.settings().list().execute()["items"]}
assert settings["timezone"] == "Europe/Berlin", settings
assert service.settings().get(setting="weekStart").execute()["value"] == "1"
assert len(service.colors().get().execute()["calendar"]) == 24
print("done")
