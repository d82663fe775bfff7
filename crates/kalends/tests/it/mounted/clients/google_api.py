"""google-api-python-client and google-auth-oauthlib against a hub, as README.md says. Prints an address to consent at and reads
where the browser was sent. Usage: google_api.py ROOT CLIENT SECRET REDIRECT. Ends by printing "done".
"""

import datetime
import os
import sys

# The hub of this test is on this machine.
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"

from google_auth_oauthlib.flow import Flow
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError
from googleapiclient.http import BatchHttpRequest

root, client, secret, redirect = sys.argv[1:]
SCOPES = ["https://www.googleapis.com/auth/calendar.events", "https://www.googleapis.com/auth/calendar.calendarlist.readonly"]
config = {
    "client_id": client,
    "client_secret": secret,
    "auth_uri": root + "google/o/oauth2/v2/auth",
    "token_uri": root + "google/token",
}
flow = Flow.from_client_config({"web": config}, SCOPES, redirect_uri=redirect)
address, _ = flow.authorization_url(access_type="offline", prompt="consent")
print(address, flush=True)
flow.fetch_token(authorization_response=sys.stdin.readline().strip().replace("https://", "http://"))
credentials = flow.credentials
assert credentials.refresh_token
# It is renewed at the hub.
credentials.expiry = datetime.datetime(2026, 1, 1)
first = credentials.token
calendar = build("calendar", "v3", credentials=credentials, client_options={"api_endpoint": root + "google/calendar/v3/"})
[practice] = [c for c in calendar.calendarList().list().execute()["items"] if c["summary"] == "Practice"]
assert credentials.token != first

start, end = {"dateTime": "2026-12-01T09:00:00Z"}, {"dateTime": "2026-12-01T10:00:00Z"}
events = calendar.events()
made = events.insert(calendarId=practice["id"], body={"summary": "Check-up", "start": start, "end": end}).execute()
changed = events.patch(calendarId=practice["id"], eventId=made["id"], body={"summary": "Recall"}).execute()
assert changed["summary"] == "Recall", changed

answers = {}
batch = BatchHttpRequest(callback=lambda id, answer, error: answers.update({id: error or answer["summary"]}))
batch._batch_uri = root + "google/batch/calendar/v3"
batch.add(events.get(calendarId=practice["id"], eventId=made["id"]), request_id="one")
batch.execute()
assert answers == {"one": "Recall"}, answers

token = events.list(calendarId=practice["id"]).execute()["nextSyncToken"]
events.delete(calendarId=practice["id"], eventId=made["id"]).execute()
[gone] = events.list(calendarId=practice["id"], syncToken=token).execute()["items"]
assert gone["id"] == made["id"] and gone["status"] == "cancelled", gone

# What was not asked for is not granted.
try:
    calendar.calendars().delete(calendarId=practice["id"]).execute()
    raise AssertionError("a calendar was deleted")
except HttpError as error:
    assert error.resp.status == 403 and error.error_details[0]["reason"] == "insufficientPermissions", error
print("done")
