"""What the scripts that use google-api-python-client share: the client, and refusals as its exceptions show them."""

import json

import google.oauth2.credentials
import googleapiclient.discovery_cache
from googleapiclient.discovery import build_from_document
from googleapiclient.errors import HttpError

from support import Checks, control, described  # noqa: F401

check = Checks()


def document_of(sandbox):
    """The discovery document that the client brings along; only where the service is changes."""
    path = googleapiclient.discovery_cache.__path__[0] + "/documents/calendar.v3.json"
    with open(path) as file:
        document = json.load(file)
    document["rootUrl"] = sandbox["google"]["root"]
    document["baseUrl"] = sandbox["google"]["root"] + "calendar/v3/"
    return document


def service_of(sandbox, user):
    credentials = google.oauth2.credentials.Credentials(user["token"])
    return build_from_document(document_of(sandbox), credentials=credentials)


def refused(what, request, status, reason, location=None, message=None):
    """A refusal as the exception shows it."""
    try:
        answer = request.execute()
    except HttpError as error:
        said = json.loads(error.content)["error"]
        found = said["errors"][0]
        check.same(f"{what}: status", error.resp.status, status)
        check.same(f"{what}: reason", found["reason"], reason)
        check.same(f"{what}: code", said["code"], status)
        check(f"{what}: message", said["message"] and said["message"] == found["message"], said)
        check.same(f"{what}: error_details", error.error_details[0]["reason"], reason)
        if location:
            check.same(f"{what}: location", found.get("location"), location)
        if message:
            check.same(f"{what}: message", said["message"], message)
    else:
        check(what, False, f"not refused: {answer!r}")


def berlin(text):
    return {"dateTime": text, "timeZone": "Europe/Berlin"}
